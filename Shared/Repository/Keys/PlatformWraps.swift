public import FoundationEssentials
internal import JSON
public import Postgres

/// Everything that the deployment's own key wraps, of every tenant: for changing that key.
///
/// Row-level security shows all of it to the owner of the tables alone, who so must be whom the pool logs in as.
public struct PlatformWraps: Sendable {
  /// How many rows a transaction changes.
  static let batch: Int32 = 200

  private let pool: PostgresPool

  /// Creates the view of a database.
  public init(pool: PostgresPool) { self.pool = pool }

  /// Goes through the tenants' key versions that the deployment's key wraps, and stores what `rewrap` makes of each.
  ///
  /// A batch is a transaction, which the chain records as well: what an error or a cancellation cuts short can be begun
  /// again, and does no harm twice.
  /// - Parameters:
  ///   - time: when, for the chain.
  ///   - rewrap: the new wrapped bytes, or nil for what stays as it is; called with the row locked.
  /// - Returns: how many were changed.
  /// - Throws: what `rewrap` throws; `PostgresError`.
  public func rewrapKeys(
    at time: Date,
    _ rewrap: @Sendable (_ wrapped: [UInt8], _ tenantID: UUID, _ keyID: UUID, _ version: Int32) throws -> [UInt8]?
  ) async throws -> Int {
    try await inBatches("keys", at: time) { transaction, last in
      let rows = try await transaction.execute(
        """
        SELECT id, tenant_id, version, wrapped_key FROM tenant_keys
        WHERE wrap_method = 'global' AND status <> 'revoked' AND id > $1 ORDER BY id LIMIT $2 FOR UPDATE
        """, [.uuid(last), .int4(Self.batch)])
      var changed = 0
      for row in rows {
        let (id, tenantID) = (try row.get("id", as: UUID.self), try row.get("tenant_id", as: UUID.self))
        let version = try row.get("version", as: Int32.self)
        let wrapped = try row.get("wrapped_key", as: [UInt8].self)
        guard let new = try rewrap(wrapped, tenantID, id, version) else { continue }
        _ = try await transaction.execute(
          "UPDATE tenant_keys SET wrapped_key = $2 WHERE id = $1", [.uuid(id), .bytes(new)])
        changed += 1
      }
      return (changed, try rows.last?.get("id", as: UUID.self))
    }
  }

  /// Goes likewise through the secrets of people's authenticators, those that no code has confirmed yet too. A code
  /// checked at the very moment of the change is refused, and may be given again.
  /// - Returns: how many were changed.
  /// - Throws: as ``rewrapKeys(at:_:)``.
  public func rewrapAuthenticators(
    at time: Date,
    _ rewrap: @Sendable (_ wrapped: [UInt8], _ userID: UUID, _ tenantID: UUID) throws -> [UInt8]?
  ) async throws -> Int {
    try await inBatches("authenticators", at: time) { transaction, last in
      let rows = try await transaction.execute(
        """
        SELECT id, tenant_id, totp_secret, totp_pending FROM users
        WHERE (totp_secret IS NOT NULL OR totp_pending IS NOT NULL) AND id > $1 ORDER BY id LIMIT $2 FOR UPDATE
        """, [.uuid(last), .int4(Self.batch)])
      var changed = 0
      for row in rows {
        let (id, tenantID) = (try row.get("id", as: UUID.self), try row.get("tenant_id", as: UUID.self))
        let secret = try row.get("totp_secret", as: [UInt8]?.self).flatMap { try rewrap($0, id, tenantID) }
        let pending = try row.get("totp_pending", as: [UInt8]?.self).flatMap { try rewrap($0, id, tenantID) }
        _ = try await transaction.execute(
          """
          UPDATE users SET totp_secret = coalesce($3, totp_secret), totp_pending = coalesce($4, totp_pending)
          WHERE tenant_id = $1 AND id = $2
          """,
          [.uuid(tenantID), .uuid(id), secret.map { .bytes($0) } ?? .null, pending.map { .bytes($0) } ?? .null])
        changed += [secret, pending].count { $0 != nil }
      }
      return (changed, try rows.last?.get("id", as: UUID.self))
    }
  }

  private func inBatches(
    _ kind: String, at time: Date,
    _ change: (PostgresTransaction, _ last: UUID) async throws -> (changed: Int, last: UUID?)
  ) async throws -> Int {
    var (sum, last) = (0, UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)))
    while true {
      try Task.checkCancellation()
      let batch = try await pool.withTransaction { transaction in
        let batch = try await change(transaction, last)
        if batch.changed > 0 {
          let entry = AuditEntry(
            tenantID: nil, actorID: "operator", action: "platform.master_key.rewrap", resourceType: "master_key",
            resourceID: "global", details: .object([kind: .number(Double(batch.changed))]))
          try await AuditChain.append(entry, at: time, in: transaction)
        }
        return batch
      }
      sum += batch.changed
      guard let next = batch.last else { return sum }
      last = next
    }
  }
}
