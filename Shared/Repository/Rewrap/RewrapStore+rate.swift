public import FoundationEssentials
import Postgres

/// Rate limits: one virtual schedule a limit, shared by all workers (the generic cell rate algorithm, ITU-T I.371).
///
/// A grant moves the schedule on by the time that its rows take at the limit's rate, and there is none while the
/// schedule is ahead of the clock. It may lag behind the clock by a second at most, so in any T seconds no more than
/// T + 1 seconds' worth of rows begin, and one grant. The clock is the database's, so workers' clocks may differ.
extension RewrapStore {
  /// The share of a second that one grant takes at most, so that a slow rate is an even one.
  private static let grantsPerSecond: Int32 = 4

  /// The limits that hold for a tenant.
  /// - Throws: `PostgresError`.
  public func limits(of tenantID: UUID) async throws -> RewrapLimits {
    let rows = try await pool.tenant(tenantID).execute(
      "SELECT tenant_id, rows_per_second FROM rewrap_limits WHERE tenant_id = $1 OR tenant_id IS NULL",
      [.uuid(tenantID)])
    var tenant: Int32?
    var deployment: Int32?
    for row in rows {
      let rate = try row.get("rows_per_second", as: Int32.self)
      if try row.get("tenant_id", as: UUID?.self) == nil { deployment = rate } else { tenant = rate }
    }
    return RewrapLimits(tenant: tenant, deployment: deployment)
  }

  /// Sets a limit, which holds for the next batch of every worker within a second.
  /// - Parameters:
  ///   - rowsPerSecond: within ``RewrapLimits/bounds``; nil for no limit.
  ///   - tenantID: whose rows; nil for everybody's together.
  /// - Throws: ``RepositoryError`` with `noSuchTenant`; `PostgresError`.
  public func setLimit(_ rowsPerSecond: Int32?, of tenantID: UUID?) async throws {
    let tenant: PostgresValue = tenantID.map { .uuid($0) } ?? .null
    guard let rowsPerSecond else {
      try await execute(
        "DELETE FROM rewrap_limits WHERE tenant_id IS NOT DISTINCT FROM $1::uuid", [tenant], for: tenantID)
      return
    }
    do {
      try await execute(
        """
        INSERT INTO rewrap_limits (tenant_id, rows_per_second) VALUES ($1, $2)
        ON CONFLICT (tenant_id) DO UPDATE SET rows_per_second = excluded.rows_per_second
        """, [tenant, .int4(rowsPerSecond)], for: tenantID)
    } catch let error as PostgresError where error.sqlState == .foreignKeyViolation {
      throw RepositoryError(.noSuchTenant)
    }
  }

  private func execute(
    _ statement: PostgresStatement, _ parameters: [PostgresValue], for tenantID: UUID?
  ) async throws {
    guard let tenantID else {
      try await pool.execute(statement, parameters)
      return
    }
    try await pool.tenant(tenantID).execute(statement, parameters)
  }

  /// Whether any limit is set: where none is, nobody needs to ask to be admitted.
  /// - Throws: `PostgresError`.
  public func isLimited() async throws -> Bool {
    try await pool.execute("SELECT is_any_rewrap_limited()")[0][0, as: Bool.self]
  }

  /// Asks every limit that holds for a job to let a batch of it begin; all of them do, or none is charged.
  /// - Parameters:
  ///   - id: which job.
  ///   - rows: how many rows the batch would take.
  ///   - time: now; the database's clock unless told.
  /// - Throws: `PostgresError`.
  public func admit(_ id: UUID, rows: Int32, at time: Date? = nil) async throws -> RewrapAdmission {
    let now: PostgresValue = time.map { .timestamp($0) } ?? .null
    return try await pool.tenant(ofRewrap: id).withTransaction { transaction in
      let limits = try await transaction.execute(
        """
        SELECT l.rows_per_second,
          extract(epoch FROM l.granted_until - coalesce($2::timestamptz, clock_timestamp()))::float8 AS ahead
        FROM rewrap_limits l JOIN rewrap_jobs j ON l.tenant_id = j.tenant_id OR l.tenant_id IS NULL
        WHERE j.id = $1 ORDER BY l.tenant_id NULLS FIRST FOR UPDATE OF l
        """, [.uuid(id), now])
      guard let slowest = try limits.map({ try $0.get("rows_per_second", as: Int32.self) }).min() else {
        return .unlimited
      }
      let ahead = try limits.map { try $0.get("ahead", as: Double.self) }.max() ?? 0
      guard ahead <= 0 else { return .later(.seconds(ahead)) }
      let granted = min(rows, max(1, slowest / Self.grantsPerSecond))
      _ = try await transaction.execute(
        """
        UPDATE rewrap_limits l SET granted_until =
          greatest(l.granted_until, coalesce($2::timestamptz, clock_timestamp()) - interval '1 second')
            + $3::float8 / l.rows_per_second * interval '1 second'
        FROM rewrap_jobs j WHERE j.id = $1 AND (l.tenant_id = j.tenant_id OR l.tenant_id IS NULL)
        """, [.uuid(id), now, .float8(Double(granted))])
      return .granted(granted)
    }
  }

  /// Gives back rows of a grant that its batch found nothing to use for.
  /// - Throws: `PostgresError`.
  public func giveBack(_ rows: Int32, to id: UUID) async throws {
    try await pool.tenant(ofRewrap: id).withTransaction { transaction in
      // As those do that ask to be admitted: whoever locks in another order may wait for them, and they for it.
      try await transaction.execute(
        """
        SELECT FROM rewrap_limits l JOIN rewrap_jobs j ON l.tenant_id = j.tenant_id OR l.tenant_id IS NULL
        WHERE j.id = $1 ORDER BY l.tenant_id NULLS FIRST FOR UPDATE OF l
        """, [.uuid(id)])
      try await transaction.execute(
        """
        UPDATE rewrap_limits l SET granted_until = l.granted_until - $2::float8 / l.rows_per_second * interval '1 second'
        FROM rewrap_jobs j WHERE j.id = $1 AND (l.tenant_id = j.tenant_id OR l.tenant_id IS NULL)
        """, [.uuid(id), .float8(Double(rows))])
    }
  }
}
