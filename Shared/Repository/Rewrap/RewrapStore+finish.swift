import Commands
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
    let census = try await census(of: job, in: transaction)
    for entry in census where entry.left > 0 {
      try await sweep(entry.table, of: job.id, in: transaction)
    }
    guard census.allSatisfy({ $0.left == 0 }) else {
      try await openRanges(of: job, upTo: 1, in: transaction)
      return
    }
    for entry in census { try await forget(entry.table, of: job, in: transaction) }
    let failed = census.reduce(0) { $0 + $1.quarantined }
    let end: RewrapTransition = failed == 0 ? .complete : .completeWithFailures
    try await apply(end, to: job.id, of: job.tenantID, at: time, in: transaction)
    try await AuditChain.append(
      AuditEntry(
        tenantID: job.tenantID, actorID: "rewrap-worker", action: "rewrap.complete", resourceType: "rewrap_job",
        resourceID: job.id.text,
        details: [
          "target_version": .number(Double(job.targetVersion)), "status": .string(end.to.rawValue),
          "failed": .number(Double(failed)),
        ]), at: time, in: transaction)
  }

  /// Plans a table again, as one range that waits for its turn.
  static func sweep(_ table: RewrapTable, of id: UUID, in transaction: PostgresTransaction) async throws {
    _ = try await transaction.execute(
      """
      INSERT INTO rewrap_ranges (job_id, table_tag, range, after_id, upper_id, status)
      SELECT $1, $2, coalesce(max(range), -1) + 1, $3, $4, 'waiting' FROM rewrap_ranges
      WHERE job_id = $1 AND table_tag = $2
      """, [.uuid(id), .int2(Int16(table.tag.rawValue)), .uuid(.lowest), .uuid(.highest)])
  }

  private struct Census {
    let table: RewrapTable
    let left: Int64
    let quarantined: Int64
  }

  /// Counts, in one statement and so in one snapshot, the rows of every table that are under an older version.
  private static func census(of job: LockedJob, in transaction: PostgresTransaction) async throws -> [Census] {
    let tables = RewrapTable.all.enumerated().map { index, table in
      table.statement(
        """
        SELECT \(index) AS place, count(*) FILTER (WHERE f.row_id IS NULL) AS left_over,
          count(f.row_id) AS quarantined
        FROM TABLE t LEFT JOIN rewrap_failures f ON f.job_id = $2 AND f.table_tag = \(table.tag.rawValue)
          AND f.row_id = t.id AND f.value_version = t.value_version AND f.key_version = t.key_version
        WHERE t.tenant_id = $1 AND t.key_version < $3
        """
      ).sql
    }
    return try await transaction.execute(
      PostgresStatement(unchecked: tables.joined(separator: " UNION ALL ")),
      [.uuid(job.tenantID), .uuid(job.id), .int4(job.targetVersion)]
    ).map {
      Census(
        table: RewrapTable.all[Int(try $0.get("place", as: Int32.self))],
        left: try $0.get("left_over", as: Int64.self), quarantined: try $0.get("quarantined", as: Int64.self))
    }
  }

  /// Drops from the quarantine what a client has written anew or deleted since: it is no failure any more.
  private static func forget(
    _ table: RewrapTable, of job: LockedJob, in transaction: PostgresTransaction
  ) async throws {
    _ = try await transaction.execute(
      table.statement(
        """
        DELETE FROM rewrap_failures f WHERE f.job_id = $1 AND f.table_tag = $2 AND NOT EXISTS (
          SELECT 1 FROM TABLE t WHERE t.tenant_id = $3 AND t.id = f.row_id AND t.key_version = f.key_version
            AND t.value_version = f.value_version)
        """), [.uuid(job.id), .int2(Int16(table.tag.rawValue)), .uuid(job.tenantID)])
  }
}
