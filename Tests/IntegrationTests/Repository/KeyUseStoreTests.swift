import Foundation
import Postgres
import Repository
import Testing

@Suite(.enabled(if: TestDatabase.isAvailable), .timeLimit(.minutes(1)))
struct KeyUseStoreTests {
  @Test func `uses are reserved up to the limit, by however many at once`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      let keyID = UUID()
      let store = KeyUseStore(pool: database.pool)
      let totals = try await withThrowingTaskGroup { group in
        for _ in 0..<30 { group.addTask { try await store.reserve(7, of: keyID, tenantID, limit: 100) } }
        return try await group.reduce(into: [Int64]()) { all, total in if let total { all.append(total) } }
      }
      #expect(totals.sorted() == (1...14).map { $0 * 7 })
      #expect(try await store.reserve(3, of: keyID, tenantID, limit: 100) == nil)
      #expect(try await store.reserve(2, of: keyID, tenantID, limit: 100) == 100)
      #expect(try await store.reserve(1, of: keyID, tenantID, limit: 100) == nil)
      #expect(try await store.reserve(101, of: UUID(), tenantID, limit: 100) == nil)
      #expect(try await store.reserve(1, of: keyID, try await database.makeTenant(), limit: 100) == 1)
    }
  }
}
