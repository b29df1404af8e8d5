import Envelope
import FoundationEssentials
import JSON
import Postgres

extension RewrapStore {
  /// Completes a job whose ranges are all done, if a census finds no row left under an older version.
  ///
  /// The census counts in one snapshot. Rows that are left, other than those in the quarantine, were moved by a
  /// concurrent write between reading and writing: a table that has some is planned again, as one range.
  static func finish(_ job: LockedJob, ifDoneAt time: Date, in transaction: PostgresTransaction) async throws {
    let unfinished = try await transaction.execute(
      "SELECT 1 FROM rewrap_ranges WHERE job_id = $1 AND status <> 'done' LIMIT 1", [.uuid(job.id)])
    guard unfinished.first == nil else { return }
    var failed: Int64 = 0
    var isComplete = true
    for table in RewrapTable.all {
      let census = try await census(of: table, job, in: transaction)
      failed += census.quarantined
      if census.left > 0 {
        isComplete = false
        try await sweep(table, job, in: transaction)
      }
    }
    guard isComplete else { return }
    let status: RewrapJob.Status = failed == 0 ? .completed : .completedWithFailures
    _ = try await transaction.execute(
      "UPDATE rewrap_jobs SET status = $2, finished_at = $3 WHERE id = $1",
      [.uuid(job.id), .text(status.rawValue), .timestamp(time)])
    try await AuditChain.append(
      AuditEntry(
        tenantID: job.tenantID, actorID: "rewrap-worker", action: "rewrap.complete", resourceType: "rewrap_job",
        resourceID: job.id.uuidString.lowercased(),
        details: [
          "target_version": .number(Double(job.targetVersion)), "status": .string(status.rawValue),
          "failed": .number(Double(failed)),
        ]), at: time, in: transaction)
  }

  private static func census(
    of table: RewrapTable, _ job: LockedJob, in transaction: PostgresTransaction
  ) async throws -> (left: Int64, quarantined: Int64) {
    let row = try await transaction.execute(
      table.statement(
        """
        SELECT count(*) FILTER (WHERE f.row_id IS NULL) AS left_over, count(f.row_id) AS quarantined
        FROM TABLE t LEFT JOIN rewrap_failures f ON f.job_id = $2 AND f.table_tag = $4 AND f.row_id = t.id
          AND f.value_version = t.value_version AND f.key_version = t.key_version
        WHERE t.tenant_id = $1 AND t.key_version < $3
        """),
      [.uuid(job.tenantID), .uuid(job.id), .int4(job.targetVersion), .int2(Int16(table.tag.rawValue))])[0]
    return (try row.get("left_over", as: Int64.self), try row.get("quarantined", as: Int64.self))
  }

  private static func sweep(_ table: RewrapTable, _ job: LockedJob, in transaction: PostgresTransaction) async throws {
    _ = try await transaction.execute(
      """
      INSERT INTO rewrap_ranges (job_id, table_tag, range, after_id, upper_id, status)
      SELECT $1, $2, coalesce(max(range), -1) + 1, $3, $4, 'running' FROM rewrap_ranges
      WHERE job_id = $1 AND table_tag = $2
      """, [.uuid(job.id), .int2(Int16(table.tag.rawValue)), .uuid(.lowest), .uuid(.highest)])
  }
}
