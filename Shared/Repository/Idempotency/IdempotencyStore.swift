public import FoundationEssentials
public import Postgres

/// Which calls have been made already, and what was answered.
public struct IdempotencyStore: Sendable {
  /// For how long a call is remembered.
  public static let retention = Duration.seconds(86_400)

  let pool: PostgresPool

  /// Creates the store of a database.
  public init(pool: PostgresPool) { self.pool = pool }

  /// Claims a call: of any number of attempts at once one is granted. An attempt that was never finished, because its
  /// process died, lets the same request be tried again once its lease is over.
  /// - Parameters:
  ///   - call: what is to be done once.
  ///   - lease: for how long others wait for this attempt; it should be finished by then.
  /// - Throws: `PostgresError`.
  public func claim(_ call: IdempotentCall, lease: Duration) async throws -> IdempotencyClaim {
    let attempt = UUID()
    let claimed = try await pool.tenant(call.tenantID).execute(
      """
      INSERT INTO idempotency_keys AS known
        (tenant_id, principal, key_code, request_code, attempt, claimed_until, expires_at)
      VALUES ($1, $2, $3, $4, $5, now() + make_interval(secs => $6), now() + make_interval(secs => $7))
      ON CONFLICT (tenant_id, principal, key_code) DO UPDATE SET request_code = excluded.request_code,
        attempt = excluded.attempt, claimed_until = excluded.claimed_until, expires_at = excluded.expires_at,
        status = NULL, answer = NULL
      WHERE known.expires_at <= now()
        OR (known.status IS NULL AND known.claimed_until <= now() AND known.request_code = excluded.request_code)
      """,
      Self.key(of: call) + [
        .bytes(call.requestCode), .uuid(attempt), .float8(lease / .seconds(1)),
        .float8(Self.retention / .seconds(1)),
      ])
    if claimed.affectedRows == 1 { return .granted(attempt: attempt) }
    let known = try await pool.tenant(call.tenantID).execute(
      """
      SELECT request_code, status::integer, answer FROM idempotency_keys
      WHERE tenant_id = $1 AND principal = $2 AND key_code = $3
      """, Self.key(of: call)
    ).first
    // Gone meanwhile: its attempt failed, and the next may be granted.
    guard let known else { return .underWay }
    guard try known.get("request_code", as: [UInt8].self) == call.requestCode else { return .otherRequest }
    guard let status = try known.get("status", as: Int32?.self), let answer = try known.get("answer", as: [UInt8]?.self)
    else { return .underWay }
    return .answered(status: Int(status), answer: answer)
  }

  /// Remembers what was answered; nothing where the attempt's lease was over and another took its place.
  /// - Parameters:
  ///   - status: of HTTP, 200 to 499 or 503.
  ///   - answer: encrypted.
  ///   - call: what was done.
  ///   - attempt: the one that the claim granted.
  /// - Throws: `PostgresError`.
  public func remember(
    status: Int, answer: [UInt8], of call: IdempotentCall, attempt: UUID
  ) async throws {
    try await pool.tenant(call.tenantID).execute(
      """
      UPDATE idempotency_keys SET status = $5, answer = $6
      WHERE tenant_id = $1 AND principal = $2 AND key_code = $3 AND attempt = $4 AND status IS NULL
      """, Self.key(of: call) + [.uuid(attempt), .int4(Int32(status)), .bytes(answer)])
  }

  /// Lets the call be made again: this attempt came to nothing.
  /// - Throws: `PostgresError`.
  public func release(_ call: IdempotentCall, attempt: UUID) async throws {
    try await pool.tenant(call.tenantID).execute(
      """
      DELETE FROM idempotency_keys
      WHERE tenant_id = $1 AND principal = $2 AND key_code = $3 AND attempt = $4 AND status IS NULL
      """, Self.key(of: call) + [.uuid(attempt)])
  }

  /// Deletes what need not be remembered any more, every tenant's.
  /// - Parameter limit: the most rows to delete.
  /// - Returns: how many were deleted.
  /// - Throws: `PostgresError`.
  public func forgetExpired(limit: Int32) async throws -> Int {
    Int(try await pool.execute("SELECT forget_expired_calls($1)", [.int4(limit)])[0][0, as: Int64.self])
  }

  private static func key(of call: IdempotentCall) -> [PostgresValue] {
    [.uuid(call.tenantID), .text(call.principal), .bytes(call.keyCode)]
  }
}
