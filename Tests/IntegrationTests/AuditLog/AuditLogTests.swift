import AgentSession
import Foundation
import JSON
import Repository
import Testing

@Suite(.enabled(if: TestDatabase.isAvailable), .timeLimit(.minutes(1)))
struct AuditLogTests {
  @Test func `pages are newest first, and filters select`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = UUID()
      for (index, type) in ["secret", "agent", "secret"].enumerated() {
        try await database.write(
          "\(type).create", of: tenantID, type, at: MigratedDatabase.now.addingTimeInterval(Double(index)))
      }
      try await database.write("secret.delete", of: UUID())
      let all = try await database.log.page(of: tenantID, offset: 0, limit: 2)
      #expect(all.total == 3)
      #expect(all.rows.map(\.resourceType) == ["secret", "agent"])
      #expect(try await database.log.page(of: tenantID, offset: 2, limit: 2).rows.map(\.resourceType) == ["secret"])
      #expect(try await database.log.page(of: tenantID, action: "secret.create", offset: 0, limit: 9).total == 2)
      #expect(try await database.log.page(of: tenantID, resourceType: "agent", offset: 0, limit: 9).total == 1)
      let neither = try await database.log.page(
        of: tenantID, action: "secret.create", resourceType: "agent", offset: 0, limit: 9)
      #expect(neither.total == 0)
      #expect(neither.rows.isEmpty)
    }
  }

  @Test func `each act on secrets and agents leaves a row that says who did what from where`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      let origin = AuditOrigin(actorID: "api_key:k") { "192.0.2.1" }
      try await AuditOrigin.$current.withValue(origin) {
        let secret = Secret.sample("NAME")
        try await database.secrets.create(secret, value: .sample(), of: tenantID)
        _ = try await database.secrets.setValue(
          of: secret.id, in: "staging", of: tenantID, under: 0, at: MigratedDatabase.now
        ) {
          EncryptedValue(
            id: $0, valueVersion: $1, keyVersion: 0, wrappedKey: [UInt8](repeating: 0, count: 69), payload: [1])
        }
        #expect(try await database.secrets.delete(secret.id, of: tenantID, at: MigratedDatabase.now))
        #expect(try await !database.secrets.delete(secret.id, of: tenantID, at: MigratedDatabase.now))
        let (agent, _) = try await database.makeAgent(of: tenantID)
        #expect(try await database.agents.revoke(agent.id, of: tenantID, at: MigratedDatabase.now))
        #expect(try await database.agents.revoke(agent.id, of: tenantID, at: MigratedDatabase.now))
      }
      let actions = [
        "api_key.create", "secret.create", "secret.value_set", "secret.delete", "agent.create", "agent.revoke",
      ]
      let rows = try await eventually("a row for each act") {
        let rows = try await database.log.events(of: tenantID, after: .start, limit: 100).rows
        return rows.count == actions.count ? rows : nil
      }
      #expect(rows.map(\.action) == actions)
      let acts = rows.dropFirst()
      #expect(acts.allSatisfy { $0.ipAddress == "192.0.2.1" && $0.details["actor_id"] == "api_key:k" })
      #expect(rows[1].createdAt == MigratedDatabase.now)
      #expect(rows[2].details["environment"] == "staging")
      #expect(rows[2].details["value_version"] == 1)
      #expect(rows[3].details["name"] == "NAME")
    }
  }

  @Test func `what didn't happen leaves no row`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      try await database.secrets.create(.sample("NAME"), value: .sample(), of: tenantID)
      await #expect(throws: RepositoryError.self) {
        try await database.secrets.create(.sample("NAME"), value: .sample(), of: tenantID)
      }
      await #expect(throws: RepositoryError.self) {
        try await database.secrets.create(.sample("OTHER"), value: .sample(under: 7), of: tenantID)
      }
      let rows = try await database.log.page(of: tenantID, offset: 0, limit: 9).rows
      #expect(Set(rows.map(\.action)) == ["api_key.create", "secret.create"])
      #expect(rows.count == 2)
    }
  }

  @Test func `what stands in the critical chain about a tenant stands in its log too`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      try await database.onboard(tenantID)
      let rows = try await database.log.page(of: tenantID, action: "byok.kms.onboard", offset: 0, limit: 9).rows
      let row = try #require(rows.first)
      #expect(rows.count == 1)
      let chained = try #require(try await database.audit.rows().last?.entry)
      #expect(chained.action == "byok.kms.onboard")
      #expect(row.resourceID == chained.resourceID)
      #expect(row.details["actor_id"] == "ada")
      #expect(row.details["version"] == chained.details["version"])
      #expect(row.ipAddress == nil)
    }
  }
}
