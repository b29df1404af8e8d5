import Foundation

extension Deployment {
  /// Runs a second API, with the first one's settings but for some, and lends a client of it.
  /// - Parameter database: the URL of its database; the first one's unless told.
  func withSecondAPI<Value>(
    on database: String? = nil, _ settings: [String: String], _ body: (APIClient) async throws -> Value
  ) async throws -> Value {
    var environment = environment.merging(settings) { $1 }
    environment["DATABASE_URL"] = database ?? environment["DATABASE_URL"]
    let api = try RunningProgram("onboarding-api", environment: environment)
    let outcome = await outcome {
      let client = try await APIClient(of: api)
      let value = try await body(client)
      await client.close()
      return value
    }
    await api.stop()
    return try outcome.get()
  }

  /// What such a second API reveals of each tenant's secrets.
  func revealedSecrets(
    of tenants: [Tenant], on database: String? = nil, _ settings: [String: String]
  ) async throws -> [UUID: [String: String]] {
    try await withSecondAPI(on: database, settings) { client in
      var revealed: [UUID: [String: String]] = [:]
      for tenant in tenants { revealed[tenant.id] = try await revealedSecrets(of: tenant, by: client) }
      return revealed
    }
  }
}
