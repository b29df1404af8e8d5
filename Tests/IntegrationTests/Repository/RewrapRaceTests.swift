import Foundation
import Postgres
import Repository
import Testing

/// Rewraps while others write, deliver twice, or onboard anew.
@Suite(.enabled(if: TestDatabase.isAvailable), .timeLimit(.minutes(1)))
struct RewrapRaceTests {
  /// Both read the rows before either writes: the broker delivered the command twice.
  @Test func `of two workers at one place one commits`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      try await database.makeSecrets(10, of: tenantID)
      let start = try await database.plannedCursor(tenantID)
      let inner = Recorder<RewrapStore.BatchOutcome>()
      let outer = try await database.batch(start, limit: 5) { _ in
        inner.record(try await database.batch(start, limit: 5))
      }
      guard case .committed? = inner.all.first else { throw UnexpectedOutcome() }
      #expect(outer == .stale)
      #expect(try await database.rewraps.job(start.jobID)?.processed == 5)
      #expect(try await database.rowsByVersion(of: tenantID) == [0: 5, 1: 5])
    }
  }

  @Test func `a value that a client writes meanwhile stays the client's`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      let rows = try await database.makeSecrets(3, of: tenantID)
      let start = try await database.plannedCursor(tenantID)
      _ = try await database.batch(start) { _ in
        try await database.pool.execute(
          """
          UPDATE secret_values SET value_version = 2, key_version = 1, wrapped_key = $2, payload = 'new' WHERE id = $1
          """, [.uuid(rows[1]), .bytes([UInt8](repeating: 1, count: 68) + [0xCC])])
      }
      let row = try await database.pool.execute(
        "SELECT payload, get_byte(wrapped_key, 68) AS last FROM secret_values WHERE id = $1", [.uuid(rows[1])])[0]
      #expect(try row.get("payload", as: [UInt8].self) == Array("new".utf8))
      #expect(try row.get("last", as: Int32.self) == 0xCC)
      let job = try #require(try await database.rewraps.job(start.jobID))
      #expect(job.status == .completed)
      #expect(job.processed == 2)
      #expect(try await database.rowsByVersion(of: tenantID) == [1: 3])
    }
  }

  /// A row that slips through under its old version is found by the census, and swept up.
  @Test func `a row that moved while its batch was under way is swept up`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      let rows = try await database.makeSecrets(3, of: tenantID)
      let start = try await database.plannedCursor(tenantID)
      let outcome = try await database.batch(start) { _ in
        try await database.pool.execute(
          "UPDATE secret_values SET value_version = 2 WHERE id = $1", [.uuid(rows[1])])
      }
      guard case .committed(let next) = outcome, let sweep = next.first else { throw UnexpectedOutcome() }
      #expect(next.count == 1)
      #expect(sweep.range == start.range + 1)
      #expect(try await database.rewraps.job(start.jobID)?.status == .running)
      #expect(try await database.batch(sweep) == .committed(next: []))
      let job = try #require(try await database.rewraps.job(start.jobID))
      #expect(job.status == .completed)
      #expect(job.processed == 3)
      #expect(try await database.rowsByVersion(of: tenantID) == [1: 3])
    }
  }

  /// An update that a rewrap has no interest in still puts the row elsewhere on its page.
  @Test func `a row that is no longer where it was read is left to the sweep`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      let rows = try await database.makeSecrets(3, of: tenantID)
      let start = try await database.plannedCursor(tenantID)
      let outcome = try await database.batch(start) { _ in
        try await database.pool.execute(
          "UPDATE secret_values SET expires_at_override = now() WHERE id = $1", [.uuid(rows[1])])
      }
      guard case .committed(let next) = outcome, let sweep = next.first else { throw UnexpectedOutcome() }
      #expect(try await database.rewraps.job(start.jobID)?.processed == 2)
      #expect(try await database.rowsByVersion(of: tenantID) == [0: 1, 1: 2])
      #expect(try await database.batch(sweep) == .committed(next: []))
      #expect(try await database.rewraps.job(start.jobID)?.status == .completed)
      #expect(try await database.rowsByVersion(of: tenantID) == [1: 3])
    }
  }

  @Test func `a newer onboarding supersedes the job, whose commands then do nothing`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      try await database.makeSecrets(10, of: tenantID)
      let start = try await database.plannedCursor(tenantID)
      guard case .committed(let next) = try await database.batch(start, limit: 4), let cursor = next.first else {
        throw UnexpectedOutcome()
      }
      let newer = try await database.onboard(tenantID, version: 2)
      #expect(try await database.batch(cursor) == .notRunning)
      #expect(try await database.rewraps.plan(start.jobID, window: 1, rangeRows: 1, at: MigratedDatabase.now).isEmpty)
      try await database.finish(newer)
      #expect(try await database.rowsByVersion(of: tenantID) == [2: 10])
      #expect(try await database.rewraps.job(start.jobID)?.status == .superseded)
      #expect(try await database.rewraps.job(newer)?.processed == 10)
    }
  }

  /// The old job's worker stood still between looking at the job and reading its rows, or between reading and writing.
  @Test func `a worker that lags behind a newer job never undoes its work`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      try await database.makeSecrets(4, of: tenantID)
      let start = try await database.plannedCursor(tenantID)
      _ = try await database.batch(start, limit: 10) { _ in
        try await database.finish(try await database.onboard(tenantID, version: 2))
      }
      #expect(try await database.rowsByVersion(of: tenantID) == [2: 4])

      // Rows under a newer version than the job's, as it would find them had it not yet been superseded.
      let other = try await database.makeTenant()
      try await database.makeSecrets(4, of: other)
      let late = try await database.plannedCursor(other)
      try await database.pool.execute(
        "UPDATE secret_values SET key_version = 2, wrapped_key = $2 WHERE tenant_id = $1",
        [.uuid(other), .bytes([UInt8](repeating: 2, count: 69))])
      #expect(try await database.batch(late) == .committed(next: []))
      #expect(try await database.rowsByVersion(of: other) == [2: 4])
    }
  }

  @Test func `workers at once finish a job once`() async throws {
    try await MigratedDatabase.with(connections: 12) { database in
      let tenantID = try await database.makeTenant()
      try await database.makeSecrets(120, of: tenantID)
      let job = try await database.onboard(tenantID)
      let start = try await database.rewraps.plan(job, window: 6, rangeRows: 10, at: MigratedDatabase.now)
      try await withThrowingTaskGroup(of: [RewrapCursor].self) { group in
        // Each command is delivered twice.
        func deliver(_ cursor: RewrapCursor) {
          for _ in 0..<2 {
            group.addTask {
              let outcome = try await database.rewraps.rewrapBatch(
                at: cursor, limit: 4, window: 6, time: MigratedDatabase.now, rewrap: MigratedDatabase.wrap)
              guard case .committed(let next) = outcome else { return [] }
              return next
            }
          }
        }
        for cursor in start { deliver(cursor) }
        while let next = try await group.next() { for cursor in next { deliver(cursor) } }
      }
      let done = try #require(try await database.rewraps.job(job))
      #expect(done.status == .completed)
      #expect(done.processed == 120)
      #expect(try await database.rowsByVersion(of: tenantID) == [1: 120])
      #expect(try await database.audit.rows().map(\.entry.action) == ["byok.kms.onboard", "rewrap.complete"])
    }
  }
}
