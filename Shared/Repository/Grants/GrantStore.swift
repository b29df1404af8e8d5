public import FoundationEssentials
public import Postgres

/// How the tenants' grants stand, and whose turn it is to be looked at.
///
/// The schedule is a column, not a queue: `next_check_at`. Any number of processes claim what is due, each row at most
/// once, by moving that time to where the claim ends. Whoever dies holding claims only delays those looks; and after an
/// outage there is nothing to catch up with, as there would be with a backlog of commands.
public struct GrantStore: Sendable {
  let pool: PostgresPool

  /// Creates the store of a database.
  public init(pool: PostgresPool) { self.pool = pool }

  /// Claims looks that are due, the longest overdue first.
  /// - Parameters:
  ///   - limit: the most to claim.
  ///   - lease: for how long; a look must be over, and recorded, by then.
  /// - Throws: `PostgresError`.
  public func claim(limit: Int, lease: Duration) async throws -> [GrantCheck] {
    try await pool.execute(
      """
      WITH due AS (
        SELECT tenant_id FROM tenant_kms_configs WHERE next_check_at <= now() ORDER BY next_check_at LIMIT $1
        FOR UPDATE SKIP LOCKED
      ), claimed AS (
        UPDATE tenant_kms_configs c SET next_check_at = now() + make_interval(secs => $2)
        FROM due WHERE c.tenant_id = due.tenant_id
        RETURNING c.tenant_id, c.sealed_since, c.degraded_since, c.last_verify_error
      )
      SELECT k.id, k.tenant_id, k.version, k.status, k.wrap_method, k.wrapped_key, k.provider, k.kms_key_ref, k.config,
        k.wrapping_key, k.created_at, k.retired_at, c.sealed_since, c.last_verify_error, c.degraded_since
      FROM claimed c JOIN tenant_keys k ON k.tenant_id = c.tenant_id AND k.status = 'active'
      """, [.int8(Int64(limit)), .float8(lease / .seconds(1))]
    ).map { row in
      GrantCheck(version: try KeyVersion(row), state: try GrantState(row))
    }
  }

  /// Records that grants which were active answered; those that stand otherwise by now keep their claims' end.
  /// - Throws: `PostgresError`.
  public func recordAnswers(of tenants: [UUID], pace: GrantPace) async throws {
    _ = try await pool.execute(
      """
      UPDATE tenant_kms_configs SET last_verified_at = now(), last_verify_error = NULL,
        next_check_at = now() + make_interval(secs => $2 * (1 - random() / 10))
      WHERE tenant_id = ANY($1) AND sealed_since IS NULL AND degraded_since IS NULL
      """, [.uuidArray(tenants), .float8(pace.interval / .seconds(1))])
  }
}

extension GrantState {
  init(_ row: PostgresRow) throws {
    if try row.get("sealed_since", as: Date?.self) != nil {
      self = .sealed
    } else {
      self = try row.get("degraded_since", as: Date?.self) == nil ? .active : .degraded
    }
  }
}
