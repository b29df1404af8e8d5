public import Envelope
public import FoundationEssentials
import Postgres

extension RewrapStore {
  /// What became of a batch.
  public enum BatchOutcome: Sendable, Equatable {
    /// Committed: the commands that continue the job; none where others continue it, or it is completed.
    case committed(next: [RewrapCursor])
    /// The range's cursor has moved on: the command is a duplicate, and nothing was done.
    case stale
    /// The job isn't running, or doesn't exist: nothing was done.
    case notRunning
  }

  /// Moves the data encryption keys of a chunk of rows, of a table and a tenant, under a version of its master key.
  public typealias Rewrap =
    @Sendable (_ rows: WrappedRows, _ table: TableTag, _ tenantID: UUID, _ target: Int32) async throws -> WrappedRows

  /// Rewraps the next rows of a range in one transaction: reads them, has them rewrapped, writes them back by
  /// compare-and-set on (id, key version, value version), and moves the cursor.
  ///
  /// A row that a client wrote meanwhile keeps what the client wrote, which is under the active version. A row under a
  /// newer version than the job's is left alone, so that a worker that lags behind a newer job never undoes its work. A
  /// row that can't be unwrapped goes to the quarantine, and never blocks the rest.
  /// - Parameters:
  ///   - cursor: where the range stood when the command was published.
  ///   - limit: the most rows to take.
  ///   - duration: how long the transaction should take at most, 250 ms unless told: clients that write one of its rows
  ///     wait as long. It takes on fewer rows where the server is slow.
  ///   - window: how many ranges are worked on at once.
  ///   - time: now.
  ///   - rewrap: called with one chunk of rows after the other while the transaction is open.
  /// - Throws: what `rewrap` throws; `PostgresError`. Nothing was done then.
  public func rewrapBatch(
    at cursor: RewrapCursor, limit: Int32, duration: Duration = .milliseconds(250), window: Int32, time: Date,
    rewrap: @escaping Rewrap
  ) async throws -> BatchOutcome {
    guard let table = RewrapTable(tag: TableTag(rawValue: cursor.table)) else { return .notRunning }
    do {
      return try await pool.tenant(ofRewrap: cursor.jobID).withTransaction { transaction in
        guard let range = try await OpenRange(at: cursor, in: transaction) else { return .notRunning }
        guard range.after == cursor.after, range.isOpen else { return .stale }
        let revoked = try await RevokedVersions(of: range.tenantID, in: transaction)
        var run = RewrapBatchRun(
          transaction, at: cursor, of: table, in: range, pace: BatchPace(limit: limit, duration: duration)
        ) { revoked.withhold(try await rewrap($0, $1, $2, $3)) }
        try await run.run()
        try await Self.advance(cursor, by: run, in: transaction)
        guard run.isDone else { return .committed(next: [cursor.moved(to: run.last)]) }
        return .committed(next: try await Self.closeRange(cursor, window: window, at: time, in: transaction))
      }
    } catch is CursorMoved { return .stale }
  }

  /// Thrown to roll back when another worker committed the same batch first.
  private struct CursorMoved: Error {}

  private static func advance(
    _ cursor: RewrapCursor, by run: RewrapBatchRun, in transaction: PostgresTransaction
  ) async throws {
    let moved = try await transaction.pipeline([
      (RewrapPlanning.end, []),
      (
        """
        UPDATE rewrap_ranges SET after_id = $5, processed = processed + $6, updated_at = clock_timestamp(),
          status = CASE WHEN $7 THEN 'done' ELSE 'running' END
        WHERE job_id = $1 AND table_tag = $2 AND range = $3 AND after_id = $4 AND status = 'running'
        """,
        [
          .uuid(cursor.jobID), .int2(Int16(cursor.table)), .int4(cursor.range), .uuid(cursor.after), .uuid(run.last),
          .int8(Int64(run.processed)), .bool(run.isDone),
        ]
      ),
    ])
    guard moved[1].affectedRows == 1 else { throw CursorMoved() }
  }

  /// Opens the next range in the place of one that is done, or completes the job.
  private static func closeRange(
    _ cursor: RewrapCursor, window: Int32, at time: Date, in transaction: PostgresTransaction
  ) async throws -> [RewrapCursor] {
    guard let job = try await LockedJob(cursor.jobID, in: transaction), job.status == .running else { return [] }
    let before = Set(try await openCursors(of: job.id, in: transaction))
    try await openRanges(of: job, upTo: window, in: transaction)
    try await finish(job, ifDoneAt: time, in: transaction)
    return try await openCursors(of: job.id, in: transaction).filter { !before.contains($0) }
  }
}

extension RewrapCursor {
  fileprivate func moved(to after: UUID) -> RewrapCursor {
    RewrapCursor(jobID: jobID, table: table, range: range, after: after)
  }
}
