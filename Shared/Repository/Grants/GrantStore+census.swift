import Postgres

/// How many tenants with a key of their own are in which state.
public struct GrantCensus: Sendable, Equatable {
  /// Whose key answers.
  public let active: Int64
  /// Whose key falters.
  public let degraded: Int64
  /// Whose key is gone.
  public let sealed: Int64
}

extension GrantStore {
  /// Counts the tenants by the state of their grant.
  /// - Throws: `PostgresError`.
  public func census() async throws -> GrantCensus {
    let row = try await pool.execute(
      """
      SELECT count(*) FILTER (WHERE sealed_since IS NULL AND degraded_since IS NULL) AS active,
        count(*) FILTER (WHERE sealed_since IS NULL AND degraded_since IS NOT NULL) AS degraded,
        count(*) FILTER (WHERE sealed_since IS NOT NULL) AS sealed FROM tenant_kms_configs
      """)[0]
    return GrantCensus(
      active: try row.get("active", as: Int64.self), degraded: try row.get("degraded", as: Int64.self),
      sealed: try row.get("sealed", as: Int64.self))
  }
}
