import Commands
import Cryptography
import Foundation
import JSON
import Postgres
import Repository
import Testing

@Suite(.enabled(if: TestDatabase.isAvailable), .timeLimit(.minutes(1)))
struct APIKeyStoreTests {
  static let now = MigratedDatabase.now

  @Test func `a key of before there were scopes may do everything, one with scopes only that`() async throws {
    try await MigratedDatabase.with { database in
      let old = APIKey.generate()
      let tenant = Tenant(id: UUID(), slug: "acme", name: "Acme")
      try await database.tenants.create(tenant, firstKey: .platform, apiKey: old)
      #expect(try await database.apiKeys.verify(old)?.scopes == Set(APIKeyScope.allCases))
      let (stored, key) = try await database.makeAPIKey(
        of: tenant.id, scopes: [.auditRead, .cryptoUse], expiresAt: Self.now)
      let found = try #require(try await database.apiKeys.verify(key))
      #expect(
        found
          == VerifiedAPIKey(
            id: key.id, tenantID: tenant.id, scopes: [.auditRead, .cryptoUse], expiresAt: Self.now))
      let listed = try await database.apiKeys.keys(of: tenant.id)
      #expect(listed.map(\.id).contains(old.id))
      #expect(listed.first { $0.id == key.id } == stored)
      #expect(try await database.apiKeys.keys(of: UUID()).isEmpty)
    }
  }

  @Test func `a key that still opens is listed, however many newer ones were revoked`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      let (stored, _) = try await database.makeAPIKey(of: tenantID)
      try await database.pool.execute(
        """
        INSERT INTO api_keys (id, tenant_id, secret_hash, created_at, revoked_at)
        SELECT lpad(n::text, 16, '0'), $1, sha256(n::text::bytea), $2 + interval '1 day', now()
        FROM generate_series(1, 1000) AS n
        """, [.uuid(tenantID), .timestamp(stored.createdAt)])
      let listed = try await database.apiKeys.keys(of: tenantID)
      #expect(listed.count == 1_000)
      #expect(listed.contains { $0.id == stored.id })
    }
  }

  @Test func `a tenant's first key stands in its log, as every other does`() async throws {
    try await MigratedDatabase.with { database in
      let key = APIKey.generate()
      let tenant = Tenant(id: UUID(), slug: "acme", name: "Acme")
      try await database.tenants.create(tenant, firstKey: .platform, apiKey: key)
      let rows = try await AuditLog(pool: database.pool).page(
        of: tenant.id, action: "api_key.create", resourceType: nil, offset: 0, limit: 10
      ).rows
      #expect(rows.map(\.resourceID) == [key.id])
    }
  }

  @Test func `a revoked key is no key, stays in the list, and is told to every process once`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      let (stored, key) = try await database.makeAPIKey(of: tenantID)
      let before = try await database.fingerprint()
      #expect(try await database.apiKeys.revoke(key.id, of: UUID(), at: Self.now) == false)
      #expect(try await database.apiKeys.revoke("0000000000000000", of: tenantID, at: Self.now) == false)
      #expect(try await database.fingerprint() == before)
      for delay in [0, 60] as [TimeInterval] {
        #expect(try await database.apiKeys.revoke(stored.id, of: tenantID, at: Self.now.addingTimeInterval(delay)))
      }
      #expect(try await database.apiKeys.verify(key) == nil)
      #expect(try await database.apiKeys.keys(of: tenantID).first { $0.id == key.id }?.revokedAt == Self.now)
      let event = try TenantEvent(.apiKeyRevoked, of: tenantID).body()
      #expect(try await database.pool.execute("SELECT body FROM outbox").map { try $0[0, as: [UInt8].self] } == [event])
    }
  }

  @Test func `who made and who revoked a key stands in the tenant's log, the key doesn't`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      let (_, key) = try await AuditOrigin.$current.withValue(AuditOrigin(actorID: "ada")) {
        let made = try await database.makeAPIKey(of: tenantID)
        #expect(try await database.apiKeys.revoke(made.1.id, of: tenantID, at: Self.now))
        return made
      }
      let rows = try await database.log.page(of: tenantID, resourceType: "api_key", offset: 0, limit: 10).rows
        .filter { $0.resourceID == key.id }
      #expect(Set(rows.map(\.action)) == ["api_key.create", "api_key.revoke"])
      #expect(rows.allSatisfy { $0.details["actor_id"] == "ada" })
      #expect(!rows.contains { $0.details.canonicalText.contains(key.secret.exposedBase64URL()) })
    }
  }

  @Test func `a tenant has a bounded number of keys, not counting those revoked`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      var last = ""
      for _ in 1..<APIKeyStore.capacity { last = try await database.makeAPIKey(of: tenantID).0.id }
      let error = await #expect(throws: RepositoryError.self) { try await database.makeAPIKey(of: tenantID) }
      #expect(error?.code == .tooManyAPIKeys)
      #expect(try await database.apiKeys.revoke(last, of: tenantID, at: Self.now))
      try await database.makeAPIKey(of: tenantID)
      let stranger = await #expect(throws: RepositoryError.self) { try await database.makeAPIKey(of: UUID()) }
      #expect(stranger?.code == .noSuchTenant)
    }
  }

  @Test func `the last use only ever moves on`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      let keys = [try await database.makeAPIKey(of: tenantID).0.id, try await database.makeAPIKey(of: tenantID).0.id]
      try await database.apiKeys.noteUse([keys[0]: Self.now, keys[1]: Self.now, "0000000000000000": Self.now])
      try await database.apiKeys.noteUse([
        keys[0]: Self.now.addingTimeInterval(60), keys[1]: Self.now.addingTimeInterval(-60),
      ])
      let listed = try await database.apiKeys.keys(of: tenantID)
      #expect(listed.first { $0.id == keys[0] }?.lastUsedAt == Self.now.addingTimeInterval(60))
      #expect(listed.first { $0.id == keys[1] }?.lastUsedAt == Self.now)
    }
  }
}

extension MigratedDatabase {
  @discardableResult
  fileprivate func makeAPIKey(
    of tenantID: UUID, scopes: Set<APIKeyScope>? = nil, expiresAt: Date? = nil
  ) async throws -> (StoredAPIKey, APIKey) {
    let key = APIKey.generate()
    let stored = StoredAPIKey(id: key.id, name: "key", scopes: scopes, createdAt: Self.now, expiresAt: expiresAt)
    try await apiKeys.create(stored, key, of: tenantID)
    return (stored, key)
  }
}
