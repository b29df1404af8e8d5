import Envelope
public import FoundationEssentials
import Postgres

extension RewrapStore {
  /// Splits the job's tables into key ranges, unless that was done, and opens the first of them.
  ///
  /// Neither counts nor sorts a large table: the ranges hold about as many rows each by a sample of the tenant's ids, and
  /// the total is exact up to 10,000 rows, an estimate beyond.
  /// - Parameters:
  ///   - id: which job.
  ///   - window: how many ranges are worked on at once.
  ///   - rangeRows: about how many rows a range should have.
  ///   - time: now.
  /// - Returns: where the open ranges stand, each to be continued by a command; empty where the job isn't running, or
  ///   where there was nothing to do and it is completed.
  /// - Throws: ``RepositoryError`` with `noSuchJob`; `PostgresError`.
  public func plan(_ id: UUID, window: Int32, rangeRows: Int64, at time: Date) async throws -> [RewrapCursor] {
    try await pool.tenant(ofRewrap: id).withTransaction { transaction in
      guard let job = try await LockedJob(id, in: transaction) else { throw RepositoryError(.noSuchJob) }
      guard job.status == .running else { return [] }
      if try await Self.supersede(job, ifRevokedAt: time, in: transaction) { return [] }
      if !job.isPlanned { try await Self.plan(job, rangeRows: rangeRows, in: transaction) }
      // A pause may have kept the last of the open ranges from opening the next, or from ending the job.
      try await Self.openRanges(of: job, upTo: window, in: transaction)
      try await Self.finish(job, ifDoneAt: time, in: transaction)
      return try await Self.openCursors(of: id, in: transaction)
    }
  }

  private static func plan(_ job: LockedJob, rangeRows: Int64, in transaction: PostgresTransaction) async throws {
    var total: Int64 = 0
    for table in RewrapTable.all {
      let sample = try await TenantSample(of: job.tenantID, in: table, in: transaction)
      guard !sample.ids.isEmpty else { continue }
      total += Int64(sample.rows)
      let count = min(max(1, sample.rows / Int(rangeRows)), 64)
      let uppers = KeyRange.uppers(of: sample.ids, count: count)
      let lowers = [UUID.lowest] + uppers.dropLast()
      _ = try await transaction.execute(
        """
        INSERT INTO rewrap_ranges (job_id, table_tag, range, after_id, upper_id, status)
        SELECT $1, $2, range, lower_id, upper_id, 'waiting' FROM unnest($3::int[], $4::uuid[], $5::uuid[])
          AS planned (range, lower_id, upper_id)
        """,
        [
          .uuid(job.id), .int2(Int16(table.tag.rawValue)), .int4Array(Array(0..<Int32(uppers.count))),
          .uuidArray(lowers),
          .uuidArray(uppers),
        ])
    }
    _ = try await transaction.execute(
      "UPDATE rewrap_jobs SET planned_at = clock_timestamp(), total = $2 WHERE id = $1", [.uuid(job.id), .int8(total)])
  }

  /// Opens waiting ranges until `window` of the job's are open.
  static func openRanges(
    of job: LockedJob, upTo window: Int32, in transaction: PostgresTransaction
  ) async throws {
    _ = try await transaction.execute(
      """
      UPDATE rewrap_ranges r SET status = 'running', updated_at = clock_timestamp() FROM (
        SELECT table_tag, range FROM rewrap_ranges WHERE job_id = $1 AND status = 'waiting' ORDER BY table_tag, range
        LIMIT greatest(0, $2 - (SELECT count(*) FROM rewrap_ranges WHERE job_id = $1 AND status = 'running'))) next
      WHERE r.job_id = $1 AND r.table_tag = next.table_tag AND r.range = next.range
      """, [.uuid(job.id), .int4(window)])
  }

  /// Where every open range of the job stands.
  static func openCursors(of id: UUID, in transaction: PostgresTransaction) async throws -> [RewrapCursor] {
    try await transaction.execute(
      "SELECT table_tag, range, after_id FROM rewrap_ranges WHERE job_id = $1 AND status = 'running'", [.uuid(id)]
    ).map {
      RewrapCursor(
        jobID: id, table: UInt8(try $0.get("table_tag", as: Int16.self)), range: try $0.get("range", as: Int32.self),
        after: try $0.get("after_id", as: UUID.self))
    }
  }

  /// Where every open range of the job stands: for a worker that can't tell whether the continuation was published.
  public func openCursors(of id: UUID) async throws -> [RewrapCursor] {
    try await pool.tenant(ofRewrap: id).withTransaction(readOnly: true) {
      try await Self.openCursors(of: id, in: $0)
    }
  }
}

/// A job whose row is locked to the end of the transaction.
struct LockedJob {
  let id: UUID
  let tenantID: UUID
  let targetVersion: Int32
  let status: RewrapJob.Status?
  let isPlanned: Bool

  init?(_ id: UUID, in transaction: PostgresTransaction) async throws {
    let rows = try await transaction.execute(
      "SELECT tenant_id, target_version, status, planned_at FROM rewrap_jobs WHERE id = $1 FOR UPDATE", [.uuid(id)])
    guard let row = rows.first else { return nil }
    self.id = id
    tenantID = try row.get("tenant_id", as: UUID.self)
    targetVersion = try row.get("target_version", as: Int32.self)
    status = RewrapJob.Status(rawValue: try row.get("status", as: String.self))
    isPlanned = try row.get("planned_at", as: Date?.self) != nil
  }
}
