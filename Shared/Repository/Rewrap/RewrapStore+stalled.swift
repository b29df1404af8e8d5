public import FoundationEssentials
import Postgres

extension RewrapStore {
  /// The running jobs that have stood still.
  /// - Parameter time: since when.
  /// - Returns: those without an open range, which a `rewrap.start` carries on, and where the open ranges of the others
  ///   stand; at most 1,000 of each.
  public func stalled(since time: Date) async throws -> (idle: [UUID], cursors: [RewrapCursor]) {
    try await pool.withTransaction(readOnly: true) { transaction in
      let idle = try await transaction.execute(
        """
        SELECT id FROM rewrap_jobs j WHERE status = 'running' AND created_at < $1
          AND NOT EXISTS (SELECT 1 FROM rewrap_ranges r WHERE r.job_id = j.id AND r.status = 'running')
        ORDER BY created_at LIMIT 1000
        """, [.timestamp(time)]
      ).map { try $0.get("id", as: UUID.self) }
      let cursors = try await transaction.execute(
        """
        SELECT r.job_id, r.table_tag, r.range, r.after_id FROM rewrap_jobs j JOIN rewrap_ranges r ON r.job_id = j.id
        WHERE j.status = 'running' AND r.status = 'running' AND r.updated_at < $1 ORDER BY r.updated_at LIMIT 1000
        """, [.timestamp(time)]
      ).map {
        RewrapCursor(
          jobID: try $0.get("job_id", as: UUID.self), table: UInt8(try $0.get("table_tag", as: Int16.self)),
          range: try $0.get("range", as: Int32.self), after: try $0.get("after_id", as: UUID.self))
      }
      return (idle, cursors)
    }
  }
}
