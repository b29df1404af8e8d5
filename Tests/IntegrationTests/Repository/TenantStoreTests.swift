import Foundation
import Postgres
import Repository
import Testing

@Suite(.enabled(if: TestDatabase.isAvailable), .timeLimit(.minutes(1)))
struct TenantStoreTests {
  @Test func `a tenant is found by its id and by its key`() async throws {
    try await MigratedDatabase.with { database in
      let tenant = Tenant(id: UUID(), slug: "acme", name: "Acme, Inc.")
      let key = APIKey.generate()
      try await database.tenants.create(tenant, firstKey: .platform, apiKey: key)
      #expect(try await database.tenants.tenant(tenant.id) == tenant)
      #expect(try await database.apiKeys.verify(key)?.tenantID == tenant.id)
      #expect(try await database.keys.activeVersion(of: tenant.id).version == 0)
      #expect(try await database.tenants.tenant(UUID()) == nil)
    }
  }

  @Test func `a key needs its id and its secret`() async throws {
    try await MigratedDatabase.with { database in
      let key = APIKey.generate()
      let other = APIKey.generate()
      try await database.tenants.create(
        Tenant(id: UUID(), slug: "acme", name: "Acme"), firstKey: .platform, apiKey: key)
      try await database.tenants.create(
        Tenant(id: UUID(), slug: "other", name: "Other"), firstKey: .platform, apiKey: other)
      let mixed = try #require(APIKey("tk_live_\(key.id)\(other.exposed().dropFirst(24))"))
      #expect(mixed.id == key.id)
      #expect(try await database.apiKeys.verify(mixed) == nil)
      #expect(try await database.apiKeys.verify(.generate()) == nil)
    }
  }

  @Test func `a revoked key opens nothing`() async throws {
    try await MigratedDatabase.with { database in
      let key = APIKey.generate()
      try await database.tenants.create(
        Tenant(id: UUID(), slug: "acme", name: "Acme"), firstKey: .platform, apiKey: key)
      try await database.pool.execute("UPDATE api_keys SET revoked_at = now()")
      #expect(try await database.apiKeys.verify(key) == nil)
    }
  }

  @Test func `a slug belongs to one tenant, and a second leaves nothing behind`() async throws {
    try await MigratedDatabase.with { database in
      func create() async throws {
        try await database.tenants.create(
          Tenant(id: UUID(), slug: "acme", name: "Acme"), firstKey: .platform, apiKey: .generate())
      }
      try await create()
      let before = try await database.fingerprint()
      let error = await #expect(throws: RepositoryError.self) { try await create() }
      #expect(error?.code == .slugTaken)
      #expect(try await database.fingerprint() == before)
    }
  }

  @Test(arguments: ["", "-a", "a-", "A", "a_b", "a b", "é", String(repeating: "a", count: 64)])
  func `the database refuses a slug that is none`(slug: String) async throws {
    try await MigratedDatabase.with { database in
      let error = await #expect(throws: PostgresError.self) {
        try await database.tenants.create(
          Tenant(id: UUID(), slug: slug, name: "Acme"), firstKey: .platform, apiKey: .generate())
      }
      #expect(error?.constraintName == "tenants_slug_check")
    }
  }
}
