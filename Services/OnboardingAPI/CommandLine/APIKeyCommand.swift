// Public, as a conformance can't be anything else.
public import ArgumentParser
import FoundationEssentials
import JSON
import Logging
import Postgres
public import Repository
import ServiceKit

/// `onboarding-api api-key`
struct APIKeyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "api-key", abstract: "Makes the keys that programs of a tenant use /v1 with, lists and revokes them.",
    subcommands: [Create.self, List.self, Revoke.self])

  /// `onboarding-api api-key create`
  struct Create: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Makes a key of a tenant, and prints it, once.")

    @Option(help: "The tenant's id.")
    var tenant: UUIDArgument

    @Option(help: "What it is for, for people; 1 to 255 characters.")
    var name: String

    @Option(help: "What it may be used for; repeat it for more. Everything unless told.")
    var scope: [APIKeyScope] = []

    @Option(help: "For how many days it is good, 1 to 3650; for ever unless told.")
    var days: Int?

    func validate() throws {
      guard (1...3_650).contains(days ?? 1) else { throw ValidationError("--days must be from 1 to 3650") }
      guard (1...255).contains(name.count) else { throw ValidationError("--name must have 1 to 255 characters") }
    }

    func run() async throws {
      let now = Date.wholeMilliseconds
      let key = APIKey.generate()
      let stored = StoredAPIKey(
        id: key.id, name: name, scopes: scope.isEmpty ? nil : Set(scope), createdAt: now,
        expiresAt: days.map { now.addingTimeInterval(Double($0) * 86_400) })
      let tenantID = tenant.id
      try await APIKeyCommand.withKeys { try await $0.create(stored, key, of: tenantID) }
      print(JSONValue.object(stored.members.merging(["api_key": .string(key.exposed())]) { $1 }).canonicalText)
    }
  }

  /// `onboarding-api api-key list`
  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Prints a line of JSON for each key of a tenant.")

    @Option(help: "The tenant's id.")
    var tenant: UUIDArgument

    func run() async throws {
      let tenantID = tenant.id
      for key in try await APIKeyCommand.withKeys({ try await $0.keys(of: tenantID) }) {
        print(JSONValue.object(key.members).canonicalText)
      }
    }
  }

  /// `onboarding-api api-key revoke`
  struct Revoke: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Makes a key good for nothing: at once where the broadcast reaches, in ten seconds everywhere.")

    @Option(help: "The tenant's id.")
    var tenant: UUIDArgument

    @Option(help: "The 16 characters after tk_live_.")
    var id: String

    func run() async throws {
      let (tenantID, id) = (tenant.id, id)
      guard try await APIKeyCommand.withKeys({ try await $0.revoke(id, of: tenantID, at: .wholeMilliseconds) }) else {
        throw ValidationError("the tenant has no such key")
      }
    }
  }

  static func withKeys<Result: Sendable>(_ body: (APIKeyStore) async throws -> Result) async throws -> Result {
    var settings = SettingsReader()
    let database = try DatabaseSettings(&settings, service: "onboarding-api api-key")
    let pool = PostgresPool(
      configuration: database.configuration, size: 1,
      logger: Logger(label: "api-key", factory: { _ in SwiftLogNoOpLogHandler() }))
    let result = try await body(APIKeyStore(pool: pool))
    await pool.shutdown()
    return result
  }
}

extension APIKeyScope: ExpressibleByArgument {}
