import Foundation
import Postgres
import Repository
import Testing

@Suite(.enabled(if: TestDatabase.isAvailable), .timeLimit(.minutes(1)))
struct BundleContentsTests {
  @Test func `it holds every value of the tenant, ordered, and nobody else's`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      try await database.makeSecrets(3, of: try await database.makeTenant())
      let secret = Secret.sample("B")
      let value = EncryptedValue.sample()
      try await database.secrets.create(secret, value: value, of: tenantID)
      try await database.secrets.create(.sample("A"), value: .sample(), of: tenantID)
      let contents = try await database.agents.bundleContents(of: tenantID)
      #expect(contents.values.map(\.secret.name) == ["A", "B"])
      #expect(contents.values.last?.secret == secret)
      #expect(contents.values.last?.encrypted == value)
      #expect(contents.activeVersion == 0)
      #expect(!contents.isUnderCustomerKey)
    }
  }

  @Test func `a value's own expiry comes before its secret's`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      try await database.makeSecrets(1, of: tenantID)
      #expect(try await database.agents.bundleContents(of: tenantID).values[0].expiresAt == nil)
      let times = [MigratedDatabase.now, MigratedDatabase.now.addingTimeInterval(60)]
      try await database.pool.execute("UPDATE secrets SET expires_at = $1", [.timestamp(times[0])])
      #expect(try await database.agents.bundleContents(of: tenantID).values[0].expiresAt == times[0])
      try await database.pool.execute("UPDATE secret_values SET expires_at_override = $1", [.timestamp(times[1])])
      #expect(try await database.agents.bundleContents(of: tenantID).values[0].expiresAt == times[1])
    }
  }

  /// On the way to a customer's key and on the way back: as long as one value depends on the customer's grant.
  @Test func `sessions are short as soon as a customer's key wraps anything in them`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      try await database.makeSecrets(1, of: tenantID)
      let job = try await database.onboard(tenantID)
      #expect(try await database.agents.bundleContents(of: tenantID).isUnderCustomerKey)
      try await database.finish(job)
      try await database.pool.execute("UPDATE tenant_keys SET status = 'retired' WHERE version = 1")
      try await database.pool.execute("UPDATE tenant_keys SET status = 'active' WHERE version = 0")
      let back = try await database.agents.bundleContents(of: tenantID)
      #expect(back.activeVersion == 0)
      #expect(back.isUnderCustomerKey)
    }
  }

  @Test func `what a revoked version wrapped is known to be gone`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      try await database.makeSecrets(2, of: tenantID)
      try await database.onboard(tenantID)
      try await database.makeSecrets(1, of: tenantID, under: 1)
      try await database.pool.execute(
        "UPDATE tenant_keys SET status = 'revoked', wrapped_key = NULL WHERE version = 0")
      let contents = try await database.agents.bundleContents(of: tenantID)
      #expect(contents.values.filter(\.isErased).count == 2)
      #expect(contents.values.filter { !$0.isErased }.map(\.encrypted.keyVersion) == [1])
    }
  }

  @Test func `a sealed tenant has none`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      try await database.onboard(tenantID)
      try await database.setSealed(true, tenantID)
      await #expect(throws: AgentError.tenantSealed(reason: "Enable the key.")) {
        try await database.agents.bundleContents(of: tenantID)
      }
      try await database.setSealed(false, tenantID)
      #expect(try await database.agents.bundleContents(of: tenantID).activeVersion == 1)
    }
  }

  @Test(arguments: [(5_000, 1, true), (5_001, 1, false), (8, 1 << 20, true), (9, 1 << 20, false)])
  func `it is bounded in values and in bytes`(values: Int, bytes: Int, fits: Bool) async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      try await database.secrets.create(.sample("S"), value: .sample(), of: tenantID)
      try await database.pool.execute(
        """
        INSERT INTO secret_values (tenant_id, id, secret_id, environment_name, value_version, key_version, wrapped_key,
          payload)
        SELECT tenant_id, gen_random_uuid(), secret_id, 'e' || n, 1, 0, wrapped_key, convert_to(repeat('x', $2), 'UTF8')
        FROM secret_values, generate_series(1, $1) AS n
        """, [.int4(Int32(values) - 1), .int4(Int32(bytes))])
      try await database.pool.execute(
        "UPDATE secret_values SET payload = convert_to(repeat('x', $1), 'UTF8') WHERE environment_name = 'production'",
        [.int4(Int32(bytes))])
      let found = await outcome { try await database.agents.bundleContents(of: tenantID).values.count }
      switch found {
      case .success(let count): #expect(fits && count == values)
      case .failure(let error): #expect(!fits && error as? AgentError == .bundleTooLarge, "\(error)")
      }
    }
  }
}
