import Foundation
import HTTPClient
import JSON
import Postgres
import Testing

extension Deployment {
  /// Makes a tenant that has brought its key.
  func makeOnboardedTenant(_ account: CustomerAWSAccount) async throws -> Tenant {
    let tenant = try await makeTenant()
    let answer = try await client.post("/admin/tenant-kms", token: tenant.ownerToken, account.candidate)
    try #require(answer.status == 200, "\(answer)")
    return tenant
  }

  /// Makes a secret of an arbitrary name.
  func makeSecret(for tenant: Tenant) async throws -> APIAnswer { try await client.makeSecret(for: tenant) }

  /// Has every grant's turn come at once: else the first is a minute after the onboarding.
  func checkNow() async throws {
    let connection = try await database.connect()
    _ = try await connection.execute("UPDATE tenant_kms_configs SET next_check_at = now()")
    await connection.close()
  }

  /// What the tenant is shown of its key management service, once it is as expected.
  func configuration(
    of tenant: Tenant, _ what: String, _ isExpected: (JSONValue) -> Bool
  ) async throws -> JSONValue {
    try await eventually(what) {
      let answer = try await client.get("/admin/tenant-kms", token: tenant.ownerToken)
      guard let configuration = try answer.json["config"], isExpected(configuration) else { return nil }
      return configuration
    }
  }

  /// Makes a step-up token for the owner.
  func stepUpToken(for tenantID: UUID) async throws -> String {
    try await Self.run(["step-up-token", "--tenant", tenantID.uuidString], environment)
  }

  /// Sends so many requests for secrets at once, over as many connections as it takes.
  /// - Returns: the statuses.
  func storm(_ count: Int, of tenant: Tenant) async throws -> [Int] {
    var configuration = HTTPClientConfiguration()
    configuration.allowsPlaintext = true
    configuration.maximumConnections = count
    configuration.totalTimeout = .seconds(60)
    let http = HTTPClient(configuration: configuration)
    let headers = [
      HTTPHeader("Authorization", "Bearer \(tenant.apiKey)"), HTTPHeader("Content-Type", "application/json"),
    ]
    let statuses = try await withThrowingTaskGroup { group in
      for index in 0..<count {
        let body = JSONValue.object(["name": .string("STORM_\(index)"), "value": "v"]).canonicalBytes
        group.addTask {
          try await http.send(
            HTTPRequest(method: "POST", url: client.base + "/v1/secrets", headers: headers, body: body)
          ).status
        }
      }
      return try await group.reduce(into: [Int]()) { $0.append($1) }
    }
    await http.shutdown()
    return statuses
  }
}

extension APIClient {
  /// Makes a secret, which takes the tenant's active key.
  func makeSecret(for tenant: Deployment.Tenant) async throws -> APIAnswer {
    try await post("/v1/secrets", token: tenant.apiKey, ["name": .string("S-\(UUID().uuidString)"), "value": "v"])
  }
}
