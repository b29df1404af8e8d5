import ArgumentParser
import CloudKMS
import FoundationEssentials
import JSON
import Logging
import Postgres
import Repository
import ServiceKit

/// `onboarding-api tenant`
struct TenantCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tenant", abstract: "Makes tenants.", subcommands: [Create.self])

  /// `onboarding-api tenant create`
  struct Create: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "create",
      abstract: "Makes a tenant on the platform's wrapping, and prints its id and its API key, which is shown once.")

    @Option(help: "Its name in URLs and confirmations: lowercase letters, digits and hyphens, 1 to 63.")
    var slug: String

    @Option(help: "Its name for people; the slug unless told.")
    var name: String?

    func run() async throws {
      var settings = SettingsReader()
      let masterKey = try PlatformSettings.masterKey(&settings)
      let database = try DatabaseSettings(&settings, service: "onboarding-api tenant")
      let pool = PostgresPool(
        configuration: database.configuration, size: 1,
        logger: Logger(label: "tenant", factory: { _ in SwiftLogNoOpLogHandler() }))
      let now = Date()
      let tenant = Tenant(id: .v7(at: now), slug: slug, name: name ?? slug)
      let keyID = UUID.v7(at: now)
      let wrapped = try masterKey.wrapNewKey(
        tenantID: tenant.id, keyID: keyID, keyVersion: 0)
      let firstKey = NewKeyVersion(
        id: keyID, version: 0, wrapping: Wrapping(method: .global, wrappedKey: wrapped, provider: nil))
      let apiKey = APIKey.generate()
      try await TenantStore(pool: pool).create(tenant, firstKey: firstKey, apiKey: apiKey)
      await pool.shutdown()
      let answer: JSONValue = [
        "tenant_id": .id(tenant.id), "slug": .string(slug), "api_key": .string(apiKey.exposed()),
      ]
      print(answer.canonicalText)
    }
  }
}
