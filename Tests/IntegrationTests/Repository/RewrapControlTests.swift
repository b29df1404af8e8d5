import Foundation
import Postgres
import Testing

@testable import Repository

/// What stops a job, lets it go on, and ends it, from every state there is.
@Suite(.enabled(if: TestDatabase.isAvailable), .timeLimit(.minutes(1)))
struct RewrapControlTests {
  /// A transition from a state, whether there is such a one or not.
  struct Move: CustomStringConvertible {
    let transition: RewrapTransition
    let from: RewrapJob.Status
    var description: String { "\(transition.name) from \(from.rawValue)" }

    static let all = RewrapTransition.all.flatMap { transition in
      RewrapJob.Status.allCases.map { Move(transition: transition, from: $0) }
    }
  }

  @Test func `each transition starts where the table says and nowhere else`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      let job = try await database.onboard(tenantID)
      for move in Move.all {
        try await database.put(job, into: move.from)
        let moved = try await database.pool.withTransaction {
          try await RewrapStore.apply(move.transition, to: job, of: tenantID, at: MigratedDatabase.now, in: $0)
        }
        let isAllowed = move.transition.from.contains(move.from)
        #expect(moved == (isAllowed ? [job] : []), "\(move.description)")
        let now = try #require(try await database.rewraps.job(job))
        #expect(now.status == (isAllowed ? move.transition.to : move.from), "\(move.description)")
        if isAllowed { #expect((now.finishedAt == nil) == now.status.isOpen, "\(move.description)") }
      }
    }
  }

  @Test func `an admin is told where a job is that can't be moved`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      let job = try await database.onboard(tenantID)
      for move in Move.all where [.pause, .resume, .retryFailed].contains(move.transition) {
        try await database.put(job, into: move.from)
        if move.transition.from.contains(move.from) {
          let moved = try await database.move(job, of: tenantID, by: move.transition)
          #expect(moved.status == move.transition.to, "\(move.description)")
        } else {
          await #expect(throws: RepositoryError(.wrongJobState(move.from, move.transition))) {
            try await database.move(job, of: tenantID, by: move.transition)
          }
          #expect(try await database.rewraps.job(job)?.status == move.from, "\(move.description)")
        }
      }
    }
  }

  @Test func `an unknown job and another tenant's are the same to everybody`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      let stranger = try await database.makeTenant()
      let job = try await database.onboard(tenantID)
      let before = try await database.fingerprint()
      for transition in [.pause, .resume, .retryFailed] as [RewrapTransition] {
        for (id, tenant) in [(UUID(), tenantID), (job, stranger)] {
          await #expect(throws: RepositoryError(.noSuchJob)) {
            try await database.move(id, of: tenant, by: transition)
          }
        }
      }
      #expect(try await database.fingerprint() == before)
    }
  }

  @Test func `a paused job stands still, and goes on from where it stood`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      try await database.makeSecrets(10, of: tenantID)
      let start = try await database.plannedCursor(tenantID)
      guard case .committed(let next) = try await database.batch(start, limit: 4), let cursor = next.first else {
        throw UnexpectedOutcome()
      }
      #expect(try await database.rewraps.pause(start.jobID, of: tenantID).status == .paused)
      #expect(try await database.batch(cursor) == .notRunning)
      #expect(try await database.rewraps.plan(start.jobID, window: 1, rangeRows: 1, at: MigratedDatabase.now).isEmpty)
      try await database.drainOutbox()

      #expect(try await database.rewraps.resume(start.jobID, of: tenantID, at: Date()).status == .running)
      #expect(try await database.drainOutbox() == ["tenant.event", "rewrap.start"])
      try await database.finish(start.jobID)
      let done = try #require(try await database.rewraps.job(start.jobID))
      #expect(done.status == .completed)
      #expect(done.processed == 10)
    }
  }

  /// Otherwise its last range would neither open the next nor end the job.
  @Test(arguments: [1, 10] as [Int64])
  func `a job paused during the last batch under way is carried on by its start`(rangeRows: Int64) async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      try await database.makeSecrets(3, of: tenantID)
      let job = try await database.onboard(tenantID)
      let start = try #require(
        try await database.rewraps.plan(job, window: 1, rangeRows: rangeRows, at: MigratedDatabase.now).first)
      let outcome = try await database.batch(start) { _ in _ = try await database.rewraps.pause(job, of: tenantID) }
      #expect(outcome == .committed(next: []))
      #expect(try await database.rewraps.job(job)?.status == .paused)
      #expect(try await database.rewraps.stalled(since: .distantFuture).idle.isEmpty)
      _ = try await database.rewraps.resume(job, of: tenantID, at: Date())
      #expect(try await database.rewraps.stalled(since: .distantFuture).idle == [job])
      try await database.finish(job)
      #expect(try await database.rewraps.job(job)?.status == .completed)
      #expect(try await database.rowsByVersion(of: tenantID) == [1: 3])
    }
  }

  @Test(arguments: [.paused, .pausedSealed] as [RewrapJob.Status])
  func `a job that stands still is superseded like one that runs`(status: RewrapJob.Status) async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      try await database.makeSecrets(4, of: tenantID)
      let first = try await database.onboard(tenantID)
      try await database.put(first, into: status)
      let second = try await database.onboard(tenantID, version: 2)
      #expect(try await database.rewraps.job(first)?.status == .superseded)
      try await database.finish(second)
      #expect(try await database.rowsByVersion(of: tenantID) == [2: 4])
      await #expect(throws: RepositoryError(.wrongJobState(.superseded, .resume))) {
        try await database.rewraps.resume(first, of: tenantID, at: Date())
      }
    }
  }

  @Test func `a rotation during a rewrap leaves alone what is already under the newer version`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      try await database.makeSecrets(6, of: tenantID)
      let start = try await database.plannedCursor(tenantID)
      _ = try await database.batch(start, limit: 3)
      let second = try await database.onboard(tenantID, version: 2)
      try await database.makeSecrets(5, of: tenantID, under: 2)
      let untouched: PostgresStatement =
        "SELECT md5(string_agg(concat(id, ctid, xmin), '' ORDER BY id)) FROM secret_values WHERE key_version = 2"
      let before = try await database.pool.execute(untouched)[0][0, as: String.self]
      let newer = try await database.pool.execute("SELECT id FROM secret_values WHERE key_version = 2")
        .map { try $0.get("id", as: UUID.self) }
      try await database.finish(second)
      let done = try #require(try await database.rewraps.job(second))
      #expect(done.status == .completed)
      #expect(done.processed == 6)
      #expect(try await database.rowsByVersion(of: tenantID) == [2: 11])
      let after = try await database.pool.execute(
        """
        SELECT md5(string_agg(concat(id, ctid, xmin), '' ORDER BY id)) FROM secret_values WHERE id = ANY($1)
        """, [.uuidArray(newer)])[0][0, as: String.self]
      #expect(after == before)
    }
  }
}

extension MigratedDatabase {
  /// Puts a job into a state, whatever led there.
  func put(_ job: UUID, into status: RewrapJob.Status) async throws {
    try await pool.execute(
      "UPDATE rewrap_jobs SET status = $2, finished_at = CASE WHEN $3 THEN NULL ELSE now() END WHERE id = $1",
      [.uuid(job), .text(status.rawValue), .bool(status.isOpen)])
  }

  /// Does what an admin asks for.
  @discardableResult
  func move(_ job: UUID, of tenantID: UUID, by transition: RewrapTransition) async throws -> RewrapJob {
    switch transition {
    case .pause: try await rewraps.pause(job, of: tenantID)
    case .resume: try await rewraps.resume(job, of: tenantID, at: Self.now)
    default: try await rewraps.retryFailed(job, of: tenantID, at: Self.now)
    }
  }

  /// Takes what waits in the outbox.
  /// - Returns: the commands' names, in their order.
  @discardableResult
  func drainOutbox() async throws -> [String] {
    let taken = Recorder<String>()
    _ = try await outbox.relay { entry in
      taken.record(entry.name)
      return .published
    }
    return taken.all
  }
}
