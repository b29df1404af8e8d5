import Foundation
import JSON
import Postgres
import Repository
import Testing

/// Rows that couldn't be unwrapped, and may be able to now.
@Suite(.enabled(if: TestDatabase.isAvailable), .timeLimit(.minutes(1)))
struct RewrapRetryTests {
  @Test func `quarantined rows are put back to work, and the job with them`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      try await database.makeSecrets(5, of: tenantID)
      let job = try await database.failingJob(tenantID)
      #expect(try await database.rewraps.job(job)?.failed == 5)
      try await database.drainOutbox()

      let retried = try await database.rewraps.retryFailed(job, of: tenantID, at: Date())
      #expect(retried.status == .running)
      #expect(retried.failed == 0)
      #expect(retried.finishedAt == nil)
      #expect(try await database.drainOutbox() == ["tenant.event", "rewrap.start"])
      try await database.finish(job)
      let done = try #require(try await database.rewraps.job(job))
      #expect(done.status == .completed)
      #expect(done.processed == 5)
      #expect(try await database.rowsByVersion(of: tenantID) == [1: 5])
      #expect(
        try await database.audit.rows().map(\.entry.details["status"]) == [
          nil, "completed_with_failures", "completed",
        ])
    }
  }

  @Test func `rows that fail again are in quarantine again`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      try await database.makeSecrets(3, of: tenantID)
      let job = try await database.failingJob(tenantID)
      _ = try await database.rewraps.retryFailed(job, of: tenantID, at: Date())
      try await database.fail(job)
      let done = try #require(try await database.rewraps.job(job))
      #expect(done.status == .completedWithFailures)
      #expect(done.failed == 3)
    }
  }

  @Test func `a running job takes its quarantined rows back when it comes to them`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      try await database.makeSecrets(6, of: tenantID)
      let start = try await database.plannedCursor(tenantID)
      _ = try await database.rewraps.rewrapBatch(at: start, limit: 3, window: 1, time: MigratedDatabase.now) {
        rows, _, _, _ in rows.moved(to: 1) { _ in "cannot_open" }
      }
      #expect(try await database.rewraps.retryFailed(start.jobID, of: tenantID, at: Date()).failed == 0)
      try await database.finish(start.jobID, window: 1)
      #expect(try await database.rewraps.job(start.jobID)?.status == .completed)
      #expect(try await database.rowsByVersion(of: tenantID) == [1: 6])
    }
  }

  @Test func `an older version's job isn't retried, whatever became of the newer one`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      try await database.makeSecrets(3, of: tenantID)
      let older = try await database.failingJob(tenantID)
      let newer = try await database.onboard(tenantID, version: 2)
      for _ in 0..<2 {
        let before = try await database.fingerprint()
        do {
          _ = try await database.rewraps.retryFailed(older, of: tenantID, at: Date())
          Issue.record("retried")
        } catch let error as RepositoryError { #expect(error.code == .jobOutdated) }
        #expect(try await database.fingerprint() == before)
        try await database.finish(newer)
      }
      #expect(try await database.rowsByVersion(of: tenantID) == [2: 3])
    }
  }

  @Test func `a retry of a sealed tenant's job waits for the unsealing`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      try await database.makeSecrets(3, of: tenantID)
      let job = try await database.failingJob(tenantID)
      try await database.seal(tenantID)
      #expect(try await database.rewraps.retryFailed(job, of: tenantID, at: Date()).status == .pausedSealed)
      try await database.unseal(tenantID)
      try await database.finish(job)
      #expect(try await database.rewraps.job(job)?.status == .completed)
    }
  }

  @Test func `a row that was deleted or written since isn't counted as failed`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      let rows = try await database.makeSecrets(3, of: tenantID)
      let start = try await database.plannedCursor(tenantID)
      let outcome = try await database.rewraps.rewrapBatch(
        at: start, limit: 2, window: 1, time: MigratedDatabase.now
      ) { rows, _, _, _ in rows.moved(to: 1) { _ in "cannot_open" } }
      guard case .committed(let next) = outcome, let cursor = next.first else { throw UnexpectedOutcome() }
      try await database.pool.execute("DELETE FROM secret_values WHERE id = $1", [.uuid(rows[0])])
      _ = try await database.batch(cursor)
      let done = try #require(try await database.rewraps.job(start.jobID))
      #expect(done.status == .completedWithFailures)
      #expect(done.failed == 1)
    }
  }
}

extension MigratedDatabase {
  /// Onboards version 1 and has its job end with every row in quarantine.
  func failingJob(_ tenantID: UUID) async throws -> UUID {
    let job = try await onboard(tenantID)
    try await fail(job)
    return job
  }

  /// Works on a job until nothing is left of it, unable to unwrap anything.
  func fail(_ job: UUID) async throws {
    var cursors = try await rewraps.plan(job, window: 1, rangeRows: 100, at: Self.now)
    while let cursor = cursors.popLast() {
      let outcome = try await rewraps.rewrapBatch(at: cursor, limit: 100, window: 1, time: Self.now) { rows, _, _, _ in
        rows.moved(to: 1) { _ in "cannot_open" }
      }
      guard case .committed(let next) = outcome else { continue }
      cursors += next
    }
  }
}
