import Commands
import Foundation
import Postgres
import Repository
import Testing

@Suite(.enabled(if: TestDatabase.isAvailable), .timeLimit(.minutes(1)))
struct KeyHolderStoreTests {
  static let window = Duration.seconds(300)

  @Test func `each holder has its word to say, about the very event, and once said it stands`() async throws {
    try await MigratedDatabase.with { database in
      let holders = KeyHolderStore(pool: database.services)
      let tenant = try await database.makeTenant()
      let other = try await database.makeTenant()
      let event = TenantEvent(.keyRevoked, of: tenant, version: 1)
      func waiting() async throws -> [String] {
        try await holders.evictions(after: event, bySeenWithin: Self.window).filter { $0.evictedAt == nil }
          .map(\.service)
      }
      #expect(try await waiting() == [])
      let (api, worker) = (UUID(), UUID())
      try await holders.enter(worker, service: "rewrap-worker")
      try await holders.enter(api, service: "onboarding-api")
      #expect(try await waiting() == ["onboarding-api", "rewrap-worker"])

      for unrelated in [
        TenantEvent(.keyRevoked, of: tenant, version: 2), TenantEvent(.keyRotated, of: tenant, version: 1),
        TenantEvent(.keyRevoked, of: other, version: 1), TenantEvent(.keyRevoked, of: UUID(), version: 1),
      ] { try await holders.acknowledge(unrelated, by: api) }
      #expect(try await waiting() == ["onboarding-api", "rewrap-worker"])

      for _ in 0..<2 { try await holders.acknowledge(event, by: api) }
      try await holders.enter(api, service: "onboarding-api")
      #expect(try await waiting() == ["rewrap-worker"])
      try await holders.leave(worker)
      #expect(try await waiting() == [])
    }
  }

  @Test func `who has read nothing for as long as keys live is not waited for, until it reads again`() async throws {
    try await MigratedDatabase.with { database in
      let holders = KeyHolderStore(pool: database.services)
      let event = TenantEvent(.tenantSealed, of: try await database.makeTenant())
      let id = UUID()
      func count() async throws -> Int {
        try await holders.evictions(after: event, bySeenWithin: Self.window).count
      }
      try await holders.enter(id, service: "rewrap-worker")
      try await database.pool.execute("UPDATE key_holders SET seen_at = now() - interval '299 seconds'")
      #expect(try await count() == 1)
      try await database.pool.execute("UPDATE key_holders SET seen_at = now() - interval '300 seconds'")
      #expect(try await count() == 0)
      try await holders.enter(id, service: "rewrap-worker")
      #expect(try await count() == 1)
    }
  }

  @Test func `a word from before counts only for whoever doesn't mind`() async throws {
    try await MigratedDatabase.with { database in
      let holders = KeyHolderStore(pool: database.services)
      let event = TenantEvent(.tenantSealed, of: try await database.makeTenant())
      let id = UUID()
      try await holders.enter(id, service: "onboarding-api")
      try await holders.acknowledge(event, by: id)
      let said = try await holders.evictions(after: event, bySeenWithin: Self.window).compactMap(\.evictedAt)
      let time = try #require(said.first)
      let since = time.addingTimeInterval(0.001)
      #expect(
        try await holders.evictions(after: event, bySeenWithin: Self.window, since: since).map(\.evictedAt) == [nil])
    }
  }

  @Test func `what is a day old is forgotten by those that come`() async throws {
    try await MigratedDatabase.with { database in
      let holders = KeyHolderStore(pool: database.services)
      let event = TenantEvent(.keyRotated, of: try await database.makeTenant(), version: 1)
      let (old, new) = (UUID(), UUID())
      try await holders.enter(old, service: "rewrap-worker")
      try await holders.acknowledge(event, by: old)
      try await database.pool.execute("UPDATE key_holders SET seen_at = now() - interval '25 hours'")
      try await database.pool.execute("UPDATE key_evictions SET evicted_at = now() - interval '25 hours'")
      try await holders.enter(new, service: "rewrap-worker")
      try await holders.acknowledge(event, by: new)
      #expect(try await database.count("SELECT count(*) FROM key_holders") == 1)
      #expect(try await database.count("SELECT count(*) FROM key_evictions") == 1)
    }
  }
}
