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

  /// Rewraps the next rows of a range in one transaction: reads them, has them rewrapped, writes them back by
  /// compare-and-set on (id, key version, value version), and moves the cursor.
  ///
  /// A row that a client wrote meanwhile keeps what the client wrote, which is under the active version. A row under a
  /// newer version than the job's is left alone, so that a worker that lags behind a newer job never undoes its work. A
  /// row that can't be unwrapped goes to the quarantine, and never blocks the rest.
  /// - Parameters:
  ///   - cursor: where the range stood when the command was published.
  ///   - limit: the most rows to take.
  ///   - window: how many ranges are worked on at once.
  ///   - rewrap: wraps the rows' data encryption keys under the version it is given, in their order. It runs while the
  ///     transaction is open.
  /// - Throws: what `rewrap` throws; `PostgresError`. Nothing was done then.
  public func rewrapBatch(
    at cursor: RewrapCursor, limit: Int32, window: Int32, time: Date,
    rewrap:
      @Sendable (_ rows: [WrappedRow], _ table: TableTag, _ tenantID: UUID, _ target: Int32) async throws
      -> [RewrappedRow]
  ) async throws -> BatchOutcome {
    guard let table = RewrapTable(tag: TableTag(rawValue: cursor.table)) else { return .notRunning }
    do {
      return try await pool.withTransaction { transaction in
        guard let range = try await Self.range(at: cursor, in: transaction) else { return .notRunning }
        guard range.after == cursor.after, range.isOpen else { return .stale }
        let rows = try await Self.read(table, range, limit: limit, in: transaction)
        let rewrapped = rows.isEmpty ? [] : try await rewrap(rows, table.tag, range.tenantID, range.target)
        let batch = zip(rows, rewrapped)
        let written = try await Self.write(batch, table, range, in: transaction)
        try await Self.quarantine(batch, at: cursor, in: transaction)
        let isDone = rows.count < limit
        try await Self.advance(
          cursor, to: rows.last?.id ?? range.upper, processed: written, isDone: isDone, in: transaction)
        guard isDone else { return .committed(next: [cursor.moved(to: rows[rows.count - 1].id)]) }
        return .committed(next: try await Self.closeRange(cursor, window: window, at: time, in: transaction))
      }
    } catch is CursorMoved { return .stale }
  }

  private struct OpenRange {
    let tenantID: UUID
    let target: Int32
    let after: UUID
    let upper: UUID
    let isOpen: Bool
  }

  /// Thrown to roll back when another worker committed the same batch first.
  private struct CursorMoved: Error {}

  private static func range(at cursor: RewrapCursor, in transaction: PostgresTransaction) async throws -> OpenRange? {
    try await transaction.execute(
      """
      SELECT j.tenant_id, j.target_version, r.after_id, r.upper_id, r.status = 'running' AS is_open
      FROM rewrap_ranges r JOIN rewrap_jobs j ON j.id = r.job_id
      WHERE r.job_id = $1 AND r.table_tag = $2 AND r.range = $3 AND j.status = 'running'
      """, [.uuid(cursor.jobID), .int2(Int16(cursor.table)), .int4(cursor.range)]
    ).first.map {
      OpenRange(
        tenantID: try $0.get("tenant_id", as: UUID.self), target: try $0.get("target_version", as: Int32.self),
        after: try $0.get("after_id", as: UUID.self), upper: try $0.get("upper_id", as: UUID.self),
        isOpen: try $0.get("is_open", as: Bool.self))
    }
  }

  private static func read(
    _ table: RewrapTable, _ range: OpenRange, limit: Int32, in transaction: PostgresTransaction
  ) async throws -> [WrappedRow] {
    try await transaction.execute(
      table.statement(
        """
        SELECT id, value_version, key_version, wrapped_key FROM TABLE
        WHERE tenant_id = $1 AND id > $2 AND id <= $3 AND key_version < $4 ORDER BY id LIMIT $5
        """),
      [.uuid(range.tenantID), .uuid(range.after), .uuid(range.upper), .int4(range.target), .int4(limit)]
    ).map {
      WrappedRow(
        id: try $0.get("id", as: UUID.self), valueVersion: try $0.get("value_version", as: Int32.self),
        keyVersion: try $0.get("key_version", as: Int32.self), wrappedKey: try $0.get("wrapped_key", as: [UInt8].self))
    }
  }

  private static func write(
    _ batch: Zip2Sequence<[WrappedRow], [RewrappedRow]>, _ table: RewrapTable, _ range: OpenRange,
    in transaction: PostgresTransaction
  ) async throws -> Int {
    var rows: [WrappedRow] = []
    var keys: [[UInt8]] = []
    for case (let row, .rewrapped(let key)) in batch {
      rows.append(row)
      keys.append(key)
    }
    guard !rows.isEmpty else { return 0 }
    return try await transaction.execute(
      table.statement(
        """
        UPDATE TABLE t SET wrapped_key = new.wrapped_key, key_version = $2
        FROM unnest($3::uuid[], $4::int[], $5::int[], $6::bytea[]) AS new (id, key_version, value_version, wrapped_key)
        WHERE t.tenant_id = $1 AND t.id = new.id AND t.key_version = new.key_version
          AND t.value_version = new.value_version
        """),
      [
        .uuid(range.tenantID), .int4(range.target), .uuidArray(rows.map(\.id)), .int4Array(rows.map(\.keyVersion)),
        .int4Array(rows.map(\.valueVersion)), .byteaArray(keys),
      ]
    ).affectedRows
  }

  private static func quarantine(
    _ batch: Zip2Sequence<[WrappedRow], [RewrappedRow]>, at cursor: RewrapCursor, in transaction: PostgresTransaction
  ) async throws {
    for case (let row, .failed(let errorClass)) in batch {
      _ = try await transaction.execute(
        """
        INSERT INTO rewrap_failures (job_id, table_tag, row_id, value_version, key_version, error_class)
        VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (job_id, table_tag, row_id) DO UPDATE
          SET value_version = excluded.value_version, key_version = excluded.key_version,
            error_class = excluded.error_class, failed_at = now()
        """,
        [
          .uuid(cursor.jobID), .int2(Int16(cursor.table)), .uuid(row.id), .int4(row.valueVersion),
          .int4(row.keyVersion), .text(errorClass),
        ])
    }
  }

  private static func advance(
    _ cursor: RewrapCursor, to after: UUID, processed: Int, isDone: Bool, in transaction: PostgresTransaction
  ) async throws {
    let moved = try await transaction.execute(
      """
      UPDATE rewrap_ranges SET after_id = $5, processed = processed + $6, updated_at = clock_timestamp(),
        status = CASE WHEN $7 THEN 'done' ELSE 'running' END
      WHERE job_id = $1 AND table_tag = $2 AND range = $3 AND after_id = $4 AND status = 'running'
      """,
      [
        .uuid(cursor.jobID), .int2(Int16(cursor.table)), .int4(cursor.range), .uuid(cursor.after), .uuid(after),
        .int8(Int64(processed)), .bool(isDone),
      ])
    guard moved.affectedRows == 1 else { throw CursorMoved() }
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
