import Commands
import Envelope
import Foundation
import JSON
import Postgres
import Repository
import Testing

@Suite(.enabled(if: TestDatabase.isAvailable), .timeLimit(.minutes(1)))
struct RewrapBatchTests {
  private struct Sealed: Error {}

  @Test func `a job rewraps every row of its tenant and none of another's`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      let other = try await database.makeTenant()
      try await database.makeSecrets(57, of: tenantID)
      try await database.makeSecrets(5, of: other)
      let job = try await database.onboard(tenantID)
      try await database.finish(job)
      #expect(try await database.rowsByVersion(of: tenantID) == [1: 57])
      #expect(try await database.rowsByVersion(of: other) == [0: 5])

      let done = try #require(try await database.rewraps.job(job))
      #expect(done.status == .completed)
      #expect(done.processed == 57)
      #expect(done.failed == 0)
      let row = try #require(try await database.audit.rows().last)
      #expect(row.entry.action == "rewrap.complete")
      #expect(row.entry.resourceID == job.uuidString.lowercased())
      #expect(row.entry.details == ["target_version": 1, "status": "completed", "failed": 0])
    }
  }

  @Test func `a rewrap leaves payloads, versions and times of values alone`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      try await database.makeSecrets(3, of: tenantID)
      let question: PostgresStatement =
        "SELECT md5(string_agg((id, payload, value_version, updated_at)::text, '' ORDER BY id)) FROM secret_values"
      let before = try await database.pool.execute(question)[0][0, as: String.self]
      try await database.finish(try await database.onboard(tenantID))
      #expect(try await database.pool.execute(question)[0][0, as: String.self] == before)
      #expect(try await database.rowsByVersion(of: tenantID) == [1: 3])
    }
  }

  @Test func `a batch takes as many rows as it may, in order, and says where to go on`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      let rows = try await database.makeSecrets(5, of: tenantID)
      let start = try await database.plannedCursor(tenantID)
      let taken = Recorder<UUID>()
      let outcome = try await database.batch(start, limit: 2) { batch in for row in batch { taken.record(row.id) } }
      #expect(taken.all == Array(rows.prefix(2)))
      guard case .committed(let next) = outcome, let cursor = next.first else { throw UnexpectedOutcome() }
      #expect(next.count == 1)
      #expect(cursor.after == rows[1])
      #expect(try await database.rewraps.openCursors(of: start.jobID) == next)
      #expect(try await database.rewraps.job(start.jobID)?.processed == 2)
    }
  }

  @Test func `a command that comes again does nothing`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      try await database.makeSecrets(5, of: tenantID)
      let start = try await database.plannedCursor(tenantID)
      _ = try await database.batch(start, limit: 2)
      let before = try await database.fingerprint()
      #expect(try await database.batch(start, limit: 2) { _ in Issue.record("nothing is to be rewrapped") } == .stale)
      #expect(try await database.fingerprint() == before)
    }
  }

  @Test func `a command of a range that is done, or never was, does nothing`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      try await database.makeSecrets(15, of: tenantID)
      let job = try await database.onboard(tenantID)
      let start = try #require(
        try await database.rewraps.plan(job, window: 1, rangeRows: 5, at: MigratedDatabase.now).first)
      guard case .committed(let next) = try await database.batch(start, limit: 100) else { throw UnexpectedOutcome() }
      #expect(next.map(\.range) == [1])
      #expect(try await database.batch(start, limit: 100) == .stale)
      let strangers = [
        RewrapCursor(.init(leaseID: UUID(), table: 2, range: 0, after: start.after)),
        RewrapCursor(.init(leaseID: job, table: 99, range: 0, after: start.after)),
        RewrapCursor(.init(leaseID: job, table: 2, range: 99, after: start.after)),
      ]
      for cursor in strangers { #expect(try await database.batch(cursor) == .notRunning) }
      #expect(try await database.batch(RewrapCursor(.init(leaseID: job, table: 2, range: 1, after: UUID()))) == .stale)
    }
  }

  @Test func `what fails while rewrapping leaves everything as it was, to be tried again`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      try await database.makeSecrets(5, of: tenantID)
      let start = try await database.plannedCursor(tenantID)
      let before = try await database.fingerprint()
      await #expect(throws: Sealed.self) { try await database.batch(start) { _ in throw Sealed() } }
      #expect(try await database.fingerprint() == before)
      guard case .committed(let next) = try await database.batch(start) else { throw UnexpectedOutcome() }
      #expect(next.isEmpty)
      #expect(try await database.rewraps.job(start.jobID)?.status == .completed)
    }
  }

  @Test func `a row that can't be unwrapped is set aside and blocks nothing`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      let rows = try await database.makeSecrets(5, of: tenantID)
      let job = try await database.onboard(tenantID)
      let start = try #require(
        try await database.rewraps.plan(job, window: 1, rangeRows: 100, at: MigratedDatabase.now).first)
      let outcome = try await database.rewraps.rewrapBatch(at: start, limit: 10, window: 1, time: MigratedDatabase.now)
      {
        batch, table, _, target in
        #expect(table == .secretValues)
        return batch.moved(to: target) { $0.id == rows[2] ? "cannot_open" : nil }
      }
      #expect(outcome == .committed(next: []))
      let done = try #require(try await database.rewraps.job(job))
      #expect(done.status == .completedWithFailures)
      #expect(done.processed == 4)
      #expect(done.failed == 1)
      #expect(try await database.rowsByVersion(of: tenantID) == [0: 1, 1: 4])
      let failure = try await database.pool.execute("SELECT row_id, key_version, error_class FROM rewrap_failures")[0]
      #expect(try failure.get("row_id", as: UUID.self) == rows[2])
      #expect(try failure.get("key_version", as: Int32.self) == 0)
      #expect(try failure.get("error_class", as: String.self) == "cannot_open")
      #expect(try await database.audit.rows().last?.entry.details["failed"] == 1)
    }
  }

  @Test func `a batch of many chunks loses no row, and sets aside those that fail in any`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      try await database.makeManySecrets(1_000, of: tenantID)
      let start = try await database.plannedCursor(tenantID)
      let chunks = Recorder<[UUID]>()
      // Every hundredth row fails, whichever chunk it is in.
      let outcome = try await database.rewraps.rewrapBatch(
        at: start, limit: 10_000, duration: .seconds(60), window: 1, time: MigratedDatabase.now
      ) { rows, _, _, target in
        chunks.record(rows.map(\.id))
        return rows.moved(to: target) { $0.id.uuid.15 < 3 ? "cannot_open" : nil }
      }
      #expect(outcome == .committed(next: []))
      let taken = chunks.all.flatMap(\.self)
      #expect(chunks.all.map(\.count) == [250, 250, 250, 250])
      #expect(Set(taken).count == 1_000)
      let failures = Int64(taken.count { $0.uuid.15 < 3 })
      #expect(failures > 0)
      #expect(try await database.count("SELECT count(*) FROM rewrap_failures") == failures)
      let job = try #require(try await database.rewraps.job(start.jobID))
      #expect(job.processed == taken.count - Int(failures))
      #expect(Int(try await database.rowsByVersion(of: tenantID)[1] ?? 0) == job.processed)
    }
  }

  @Test func `a batch ends when its time is over, and says where to go on`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      try await database.makeManySecrets(300, of: tenantID)
      let start = try await database.plannedCursor(tenantID)
      let outcome = try await database.rewraps.rewrapBatch(
        at: start, limit: 10_000, duration: .nanoseconds(1), window: 1, time: MigratedDatabase.now,
        rewrap: MigratedDatabase.wrap)
      #expect(try await database.rewraps.job(start.jobID)?.processed == 250)
      guard case .committed(let next) = outcome, let cursor = next.first else { throw UnexpectedOutcome() }
      #expect(
        try await database.count("SELECT count(*) FROM secret_values WHERE id <= $1", [.uuid(cursor.after)]) == 250)
    }
  }

  @Test func `a row that was set aside and then written anew is no failure any more`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      try await database.makeSecrets(2, of: tenantID)
      let job = try await database.onboard(tenantID)
      let start = try #require(
        try await database.rewraps.plan(job, window: 1, rangeRows: 100, at: MigratedDatabase.now).first)
      let outcome = try await database.rewraps.rewrapBatch(at: start, limit: 1, window: 1, time: MigratedDatabase.now) {
        batch, _, _, target in batch.moved(to: target) { _ in "cannot_open" }
      }
      guard case .committed(let next) = outcome, let cursor = next.first else { throw UnexpectedOutcome() }
      try await database.pool.execute(
        "UPDATE secret_values SET value_version = 2, key_version = 1, wrapped_key = $2 WHERE id = $1",
        [.uuid(cursor.after), .bytes([UInt8](repeating: 1, count: 69))])
      _ = try await database.batch(cursor)
      #expect(try await database.rewraps.job(job)?.status == .completed)
    }
  }

  @Test func `never more ranges are open than the window has, and every one has its turn`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      try await database.makeSecrets(60, of: tenantID)
      let job = try await database.onboard(tenantID)
      var cursors = try await database.rewraps.plan(job, window: 3, rangeRows: 6, at: MigratedDatabase.now)
      var visited: Set<Int32> = []
      while let cursor = cursors.popLast() {
        #expect(try await database.count("SELECT count(*) FROM rewrap_ranges WHERE status = 'running'") <= 3)
        visited.insert(cursor.range)
        let outcome = try await database.rewraps.rewrapBatch(
          at: cursor, limit: 4, window: 3, time: MigratedDatabase.now, rewrap: MigratedDatabase.wrap)
        guard case .committed(let next) = outcome else { throw UnexpectedOutcome() }
        cursors += next
      }
      #expect(visited == Set(0..<10))
      #expect(try await database.rewraps.job(job)?.status == .completed)
    }
  }

  @Test func `a batch updates rows in place, without touching an index`() async throws {
    try await MigratedDatabase.with { database in
      let indexed = try await database.count(
        """
        SELECT count(*) FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey)
        WHERE i.indrelid IN ('secret_values'::regclass, 'transit_key_versions'::regclass) AND a.attname IN ('key_version', 'wrapped_key')
        """)
      #expect(indexed == 0)
    }
  }
}
