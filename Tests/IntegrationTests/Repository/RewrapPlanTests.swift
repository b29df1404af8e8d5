import Foundation
import Postgres
import Repository
import Testing

@Suite(.enabled(if: TestDatabase.isAvailable), .timeLimit(.minutes(1)))
struct RewrapPlanTests {
  @Test func `a plan covers every row, and opens as many ranges as the window has`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      try await database.makeSecrets(40, of: tenantID)
      let job = try await database.onboard(tenantID)
      let cursors = try await database.rewraps.plan(job, window: 3, rangeRows: 8, at: MigratedDatabase.now)
      #expect(cursors.map(\.range).sorted() == [0, 1, 2])
      #expect(try await database.count("SELECT count(*) FROM rewrap_ranges") == 5)
      let planned = try #require(try await database.rewraps.job(job))
      #expect(planned.total == 40)
      #expect(planned.processed == 0)
      #expect(planned.startedAt != nil && planned.finishedAt == nil)
      let covered = try await database.count(
        """
        SELECT count(*) FROM secret_values v JOIN rewrap_ranges r ON v.id > r.after_id AND v.id <= r.upper_id
        """)
      #expect(covered == 40)
    }
  }

  @Test func `planning again changes nothing and says where the job stands`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      try await database.makeSecrets(40, of: tenantID)
      let job = try await database.onboard(tenantID)
      let cursors = try await database.rewraps.plan(job, window: 3, rangeRows: 8, at: MigratedDatabase.now)
      let before = try await database.fingerprint()
      let again = try await database.rewraps.plan(job, window: 1, rangeRows: 1, at: MigratedDatabase.now)
      #expect(Set(again) == Set(cursors))
      #expect(Set(try await database.rewraps.openCursors(of: job)) == Set(cursors))
      #expect(try await database.fingerprint() == before)
    }
  }

  @Test func `planning at once plans once`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      try await database.makeSecrets(20, of: tenantID)
      let job = try await database.onboard(tenantID)
      let plans = try await withThrowingTaskGroup { group in
        for _ in 0..<5 {
          group.addTask {
            Set(try await database.rewraps.plan(job, window: 2, rangeRows: 5, at: MigratedDatabase.now))
          }
        }
        return try await group.reduce(into: Set()) { $0.insert($1) }
      }
      #expect(plans.count == 1)
      #expect(try await database.count("SELECT count(*) FROM rewrap_ranges") == 4)
    }
  }

  @Test func `there are at most sixty-four ranges`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      try await database.makeSecrets(100, of: tenantID)
      let job = try await database.onboard(tenantID)
      _ = try await database.rewraps.plan(job, window: 100, rangeRows: 1, at: MigratedDatabase.now)
      #expect(try await database.count("SELECT count(*) FROM rewrap_ranges") == 64)
    }
  }

  @Test func `a large tenant's plan is drawn from a sample, and its total becomes exact in the end`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      let other = try await database.makeTenant()
      for _ in 0..<2 { try await database.makeManySecrets(500, of: database.makeTenant()) }
      try await database.makeManySecrets(40_000, of: tenantID)
      try await database.makeManySecrets(10_000, of: other)
      let job = try await database.onboard(tenantID)
      _ = try await database.rewraps.plan(job, window: 4, rangeRows: 10_000, at: MigratedDatabase.now)
      let planned = try #require(try await database.rewraps.job(job))
      #expect((30_000...50_000).contains(planned.total))
      let ranges = try await database.pool.execute(
        """
        SELECT count(v.id) AS rows FROM rewrap_ranges r
        LEFT JOIN secret_values v ON v.id > r.after_id AND v.id <= r.upper_id AND v.tenant_id = $1 GROUP BY r.range
        """, [.uuid(tenantID)]
      ).map { try $0.get("rows", as: Int64.self) }
      #expect(ranges.reduce(0, +) == 40_000)
      #expect((3...5).contains(ranges.count))
      #expect(ranges.allSatisfy { (5_000...20_000).contains($0) })

      try await database.finish(job, window: 4, rangeRows: 10_000, limit: 10_000)
      let done = try #require(try await database.rewraps.job(job))
      #expect(done.status == .completed)
      #expect(done.total == 40_000 && done.processed == 40_000)

      let exact = try await database.onboard(other)
      _ = try await database.rewraps.plan(exact, window: 4, rangeRows: 1_000, at: MigratedDatabase.now)
      #expect(try await database.rewraps.job(exact)?.total == 10_000)
      #expect(
        try await database.count("SELECT count(*) FROM rewrap_ranges WHERE job_id = $1", [.uuid(exact)]) == 10)
    }
  }

  @Test func `a tenant without rows is done at once`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      let job = try await database.onboard(tenantID)
      #expect(try await database.rewraps.plan(job, window: 3, rangeRows: 8, at: MigratedDatabase.now).isEmpty)
      let done = try #require(try await database.rewraps.job(job))
      #expect(done.status == .completed)
      #expect(done.total == 0)
      #expect(done.finishedAt == MigratedDatabase.now)
      #expect(try await database.audit.rows().map(\.entry.action) == ["byok.kms.onboard", "rewrap.complete"])
    }
  }

  @Test func `a job that doesn't exist can't be planned`() async throws {
    try await MigratedDatabase.with { database in
      let error = await #expect(throws: RepositoryError.self) {
        try await database.rewraps.plan(UUID(), window: 1, rangeRows: 1, at: MigratedDatabase.now)
      }
      #expect(error?.code == .noSuchJob)
      let stranger = try await database.rewraps.job(UUID())
      #expect(stranger == nil)
    }
  }

  @Test func `jobs are their tenant's, newest first`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      let other = try await database.makeTenant()
      let provider = ProviderKey.sample()
      var jobs: [UUID] = []
      for version in 1...3 as ClosedRange<Int32> {
        jobs.append(
          try await database.keys.onboard(
            .customer(version, provider), under: provider, of: tenantID, actorID: "ada",
            at: MigratedDatabase.now.addingTimeInterval(Double(version))))
      }
      let listed = try await database.rewraps.jobs(of: tenantID)
      #expect(listed.map(\.id) == jobs.reversed())
      #expect(listed.map(\.status) == [.running, .superseded, .superseded])
      #expect(try await database.rewraps.jobs(of: tenantID, limit: 1).map(\.id) == [jobs[2]])
      #expect(try await database.rewraps.jobs(of: other).isEmpty)
      #expect(try await database.rewraps.job(jobs[0], of: other) == nil)
    }
  }

  @Test func `jobs that stand still are found, those under way aren't`() async throws {
    try await MigratedDatabase.with { database in
      let idle = try await database.makeTenant()
      let unplanned = try await database.onboard(idle)
      let tenantID = try await database.makeTenant()
      try await database.makeSecrets(20, of: tenantID)
      let planned = try await database.onboard(tenantID)
      let cursors = try await database.rewraps.plan(planned, window: 2, rangeRows: 5, at: MigratedDatabase.now)

      let later = try await database.rewraps.stalled(since: .distantFuture)
      #expect(later.idle == [unplanned])
      #expect(Set(later.cursors) == Set(cursors))
      let earlier = try await database.rewraps.stalled(since: .distantPast)
      #expect(earlier.idle.isEmpty && earlier.cursors.isEmpty)

      // A range that has just been opened stood still for nobody's fault.
      try await database.pool.execute("UPDATE rewrap_ranges SET updated_at = now() - interval '1 hour'")
      let next = try await database.rewraps.rewrapBatch(
        at: cursors[0], limit: 100, window: 2, time: MigratedDatabase.now, rewrap: MigratedDatabase.wrap)
      guard case .committed(let opened) = next else { throw UnexpectedOutcome() }
      #expect(opened.count == 1)
      let standing = try await database.rewraps.stalled(since: Date().addingTimeInterval(-60)).cursors
      #expect(standing == [cursors[1]])

      try await database.pool.execute("UPDATE rewrap_jobs SET status = 'paused'")
      let paused = try await database.rewraps.stalled(since: .distantFuture)
      #expect(paused.idle.isEmpty && paused.cursors.isEmpty)
    }
  }
}
