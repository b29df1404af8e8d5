import Foundation
import JSON
import Postgres
import Testing

/// What a stolen connection reads once it has named the tenant.
@Suite(.enabled(if: Deployment.isPossible), .deploymentSlot) struct CiphertextTests {
  @Test func `a named tenant's rows hold neither its values nor its credentials`() async throws {
    try await Deployment.with(verifies: false, workers: 0) { deployment in
      let tenant = try await deployment.makeTenant()
      let canary = "canary-\(UUID().uuidString)"
      let made = try await deployment.client.post(
        "/v1/secrets", token: tenant.apiKey, ["name": "CANARY", "value": .string(canary)])
      #expect(made.status == 201, "\(made)")
      let agent = try await deployment.client.post("/v1/agents", token: tenant.apiKey, ["name": "proxy"]).json
      let credential = try #require(agent["data"]?["agent_secret"]?.string)
      for role in ServiceRole.allCases {
        let url = try #require(deployment.environments[role]?["DATABASE_URL"])
        let connection = try await PostgresConnection.connect(PostgresConfiguration(url: url))
        try await connection.setTenant(tenant.id)
        let rows = try await connection.everything()
        await connection.close()
        #expect(rows.contains(tenant.id.uuidString.lowercased()), "\(role) reads something")
        for secret in [canary, credential, tenant.apiKey, String(tenant.apiKey.suffix(43))] {
          #expect(!rows.contains(secret), "\(role)")
          #expect(!rows.contains(secret.utf8.map { String(format: "%02x", $0) }.joined()), "\(role)")
        }
      }
    }
  }
}

extension PostgresConnection {
  /// Every value that the session may read, as text; bytes in hexadecimal.
  fileprivate func everything() async throws -> String {
    let columns = try await execute(
      """
      SELECT c.relname::text, a.attname::text FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
      WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
        AND has_column_privilege(c.oid, a.attnum, 'SELECT')
      """)
    var found: [String] = []
    for column in columns {
      let (table, name) = (try column[0, as: String.self], try column[1, as: String.self])
      found += try await execute(PostgresStatement(unchecked: "SELECT \"\(name)\"::text FROM \(table)"))
        .compactMap { try $0[0, as: String?.self] }
    }
    return found.joined(separator: "\n")
  }
}
