import FoundationEssentials
import Postgres

/// A range of a running job, as a batch finds it.
struct OpenRange {
  let tenantID: UUID
  let target: Int32
  let after: UUID
  let upper: UUID
  let isOpen: Bool

  /// Looks a range up; nil where the job isn't running, or there is no such range.
  init?(at cursor: RewrapCursor, in transaction: PostgresTransaction) async throws {
    let rows = try await transaction.pipeline([
      (RewrapPlanning.begin, []),
      (
        """
        SELECT j.tenant_id, j.target_version, r.after_id, r.upper_id, r.status = 'running' AS is_open
        FROM rewrap_ranges r JOIN rewrap_jobs j ON j.id = r.job_id
        WHERE r.job_id = $1 AND r.table_tag = $2 AND r.range = $3 AND j.status = 'running'
        """, [.uuid(cursor.jobID), .int2(Int16(cursor.table)), .int4(cursor.range)]
      ),
    ])[1]
    guard let row = rows.first else { return nil }
    tenantID = try row.get("tenant_id", as: UUID.self)
    target = try row.get("target_version", as: Int32.self)
    after = try row.get("after_id", as: UUID.self)
    upper = try row.get("upper_id", as: UUID.self)
    isOpen = try row.get("is_open", as: Bool.self)
  }
}
