import ArgumentParser
import FoundationEssentials
import JSON
import MasterKeys
import Repository

/// `onboarding-api tenant`
struct TenantCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tenant", abstract: "Makes tenants, and changes the keys that the platform wraps for them.",
    subcommands: [Create.self, TenantRotateCommand.self])

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
      let now = Date()
      let tenant = Tenant(id: .v7(at: now), slug: slug, name: name ?? slug)
      let apiKey = APIKey.generate()
      try await WrappingSettings(service: "onboarding-api tenant").withWrapping { wrapping, pool in
        let firstKey = try await wrapping.newKey(0, of: tenant.id, at: now)
        try await TenantStore(pool: pool).create(tenant, firstKey: firstKey, apiKey: apiKey)
      }
      let answer: JSONValue = [
        "tenant_id": .id(tenant.id), "slug": .string(slug), "api_key": .string(apiKey.exposed()),
      ]
      print(answer.canonicalText)
    }
  }
}
