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
        "SELECT idle_rewraps($1)", [.timestamp(time)]
      ).map { try $0[0, as: UUID.self] }
      let cursors = try await transaction.execute(
        "SELECT job_id, table_tag, range, after_id FROM idle_rewrap_ranges($1)", [.timestamp(time)]
      ).map {
        RewrapCursor(
          jobID: try $0.get("job_id", as: UUID.self), table: UInt8(try $0.get("table_tag", as: Int16.self)),
          range: try $0.get("range", as: Int32.self), after: try $0.get("after_id", as: UUID.self))
      }
      return (idle, cursors)
    }
  }
}
