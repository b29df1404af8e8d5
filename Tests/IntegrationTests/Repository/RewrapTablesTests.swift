import Foundation
import Postgres
import Repository
import Testing

/// A job over several tables: what it plans, counts, sets aside and finds again.
@Suite(.enabled(if: TestDatabase.isAvailable), .timeLimit(.minutes(1)))
struct RewrapTablesTests {
  @Test func `a job visits every table, and its numbers are those of all`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      try await database.makeSecrets(13, of: tenantID)
      try await database.makeTransitKeys(8, of: tenantID)
      let other = try await database.makeTenant()
      try await database.makeTransitKeys(2, of: other)
      let id = try await database.onboard(tenantID)
      await #expect(throws: RepositoryError.self) { try await database.order(revocationOf: 0, of: tenantID) }
      try await database.finish(id)
      let job = try #require(try await database.rewraps.job(id))
      #expect(job.status == .completed && job.total == 21 && job.processed == 21 && job.failed == 0)
      #expect(try await rows(of: tenantID, in: database) == [1: 8])
      #expect(try await rows(of: other, in: database) == [0: 2])
      #expect(try await database.order(revocationOf: 0, of: tenantID).rowsErased == 0)
      try await database.expectSound(tenantID)
    }
  }

  @Test func `a tenant of transit keys alone is rewrapped, too`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      try await database.makeTransitKeys(3, of: tenantID)
      let id = try await database.onboard(tenantID)
      try await database.finish(id)
      #expect(try await database.rewraps.job(id)?.processed == 3)
      #expect(try await rows(of: tenantID, in: database) == [1: 3])
    }
  }

  @Test func `an erasure counts what every table loses, and a job sets all of it aside`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      try await database.makeSecrets(3, of: tenantID)
      try await database.makeTransitKeys(4, of: tenantID)
      let id = try await database.onboard(tenantID)
      #expect(try await database.order(revocationOf: 0, of: tenantID, erases: true).rowsErased == 7)
      try await database.finish(id)
      let job = try #require(try await database.rewraps.job(id))
      #expect(job.status == .completedWithFailures && job.failed == 7)
      let byTable = try await database.count("SELECT count(DISTINCT table_tag) FROM rewrap_failures")
      #expect(byTable == 2)
    }
  }

  @Test func `what was set aside in one table is tried again in that`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      try await database.makeSecrets(2, of: tenantID)
      let broken = try await database.makeTransitKeys(3, of: tenantID)[1]
      let id = try await database.onboard(tenantID)
      var cursors = try await database.rewraps.plan(id, window: 2, rangeRows: 10, at: MigratedDatabase.now)
      while let cursor = cursors.popLast() {
        let outcome = try await database.rewraps.rewrapBatch(
          at: cursor, limit: 10, window: 2, time: MigratedDatabase.now
        ) { rows, _, _, target in
          rows.moved(to: target) { $0.id == broken ? "cannot_open" : nil }
        }
        if case .committed(let next) = outcome { cursors += next }
      }
      #expect(try await database.rewraps.job(id)?.status == .completedWithFailures)
      #expect(try await rows(of: tenantID, in: database) == [0: 1, 1: 2])
      _ = try await database.rewraps.retryFailed(id, of: tenantID, at: MigratedDatabase.now)
      try await database.finish(id)
      let job = try #require(try await database.rewraps.job(id))
      #expect(job.status == .completed && job.failed == 0)
      #expect(try await rows(of: tenantID, in: database) == [1: 3])
    }
  }

  private func rows(of tenantID: UUID, in database: MigratedDatabase) async throws -> [Int32: Int64] {
    let rows = try await database.pool.execute(
      """
      SELECT key_version, count(*) AS rows, bool_and(get_byte(wrapped_key, 0) = key_version) AS agree
      FROM transit_key_versions WHERE tenant_id = $1 GROUP BY 1
      """, [.uuid(tenantID)])
    return try Dictionary(
      uniqueKeysWithValues: rows.map {
        #expect(try $0.get("agree", as: Bool.self))
        return (try $0.get("key_version", as: Int32.self), try $0.get("rows", as: Int64.self))
      })
  }
}
