import Commands
public import FoundationEssentials
import JSON
import Postgres

extension GrantStore {
  /// Records what came of unwrapping a tenant's active version, with all that follows from it, in one transaction.
  ///
  /// Where that seals or unseals the tenant, its rewrap pauses or goes on, the audit chain says so, and every process
  /// hears of it. A finding holds only for the key, and the seal or its absence, that it was made under: one that comes
  /// late, after a replacement or another's finding, changes nothing.
  /// - Parameters:
  ///   - finding: what came of it.
  ///   - version: what was unwrapped, as it was read before.
  ///   - actorID: who looked.
  ///   - pace: when to look next; at once where nil, which is for those who look in passing.
  ///   - time: now.
  /// - Returns: how the grant stands; nil where the finding doesn't hold.
  /// - Throws: `PostgresError`.
  @discardableResult
  public func record(
    _ finding: GrantFinding, of version: KeyVersion, by actorID: String, pace: GrantPace? = nil, at time: Date
  ) async throws -> GrantState? {
    try await pool.tenant(version.tenantID).withTransaction { transaction in
      let timeToLive = (pace ?? GrantPace()).timeToLive
      guard let standing = try await Standing(of: version, timeToLive: timeToLive, in: transaction) else { return nil }
      let state = standing.state.after(finding.sign(hasLapsed: standing.hasLapsed))
      _ = try await transaction.execute(
        """
        UPDATE tenant_kms_configs SET
          sealed_since = CASE WHEN $2 = 'sealed' THEN coalesce(sealed_since, now()) END,
          degraded_since = CASE WHEN $2 = 'degraded' THEN coalesce(degraded_since, now()) END,
          last_verified_at = CASE WHEN $3::text IS NULL THEN now() ELSE last_verified_at END,
          last_verify_error = $3,
          next_check_at = now() + make_interval(secs => $4 * (1 - random() / 10))
        WHERE tenant_id = $1
        """,
        [
          .uuid(version.tenantID), .text(state.rawValue),
          .optional(finding.complaint(hasLapsed: standing.hasLapsed)) { .text($0) },
          .float8((pace?.interval(in: state) ?? .zero) / .seconds(1)),
        ])
      if state == .sealed, standing.state != .sealed {
        try await Self.seal(version, finding, standing, by: actorID, at: time, in: transaction)
      } else if state != .sealed, standing.state == .sealed {
        try await Self.unseal(version, by: actorID, at: time, in: transaction)
      }
      return state
    }
  }

  private static func seal(
    _ version: KeyVersion, _ finding: GrantFinding, _ standing: Standing, by actorID: String, at time: Date,
    in transaction: PostgresTransaction
  ) async throws {
    try await RewrapStore.pauseSealed(version.tenantID, in: transaction)
    try await Outbox.add(
      TenantEvent(.tenantSealed, of: version.tenantID), of: version.tenantID, in: transaction)
    try await AuditChain.append(
      AuditEntry(
        version, "byok.kms.seal", by: actorID,
        [
          "sign": .string(finding.sign(hasLapsed: standing.hasLapsed).rawValue),
          "reason": finding.complaint(hasLapsed: standing.hasLapsed).map { .string($0) } ?? .null,
        ]), at: time, in: transaction)
  }

  private static func unseal(
    _ version: KeyVersion, by actorID: String, at time: Date, in transaction: PostgresTransaction
  ) async throws {
    try await RewrapStore.resumeSealed(version.tenantID, at: time, in: transaction)
    try await Outbox.add(
      TenantEvent(.tenantUnsealed, of: version.tenantID), of: version.tenantID, in: transaction)
    try await AuditChain.append(
      AuditEntry(version, "byok.kms.unseal", by: actorID, [:]), at: time, in: transaction)
  }

  /// How a grant stands, locked to the end of the transaction.
  private struct Standing {
    let state: GrantState
    /// Whether the last answer is further back than a key may be held.
    let hasLapsed: Bool

    /// - Returns: nil where a finding about this version, made as it was read, doesn't hold any more.
    init?(of version: KeyVersion, timeToLive: Duration, in transaction: PostgresTransaction) async throws {
      let rows = try await transaction.execute(
        """
        SELECT sealed_since, degraded_since, last_verified_at <= now() - make_interval(secs => $2) AS has_lapsed
        FROM tenant_kms_configs WHERE tenant_id = $1 FOR UPDATE
        """, [.uuid(version.tenantID), .float8(timeToLive / .seconds(1))])
      // Only now, with the row locked: a replacement that held the lock has committed its new version.
      let active = try await transaction.execute(
        "SELECT 1 FROM tenant_keys WHERE tenant_id = $1 AND version = $2 AND status = 'active'",
        [.uuid(version.tenantID), .int4(version.version)])
      guard let row = rows.first, active.first != nil,
        try row.get("sealed_since", as: Date?.self) == version.seal?.since
      else { return nil }
      state = try GrantState(row)
      hasLapsed = try row.get("has_lapsed", as: Bool.self)
    }
  }
}

extension AuditEntry {
  fileprivate init(_ version: KeyVersion, _ action: String, by actorID: String, _ details: [String: JSONValue]) {
    self.init(
      tenantID: version.tenantID, actorID: actorID, action: action, resourceType: "tenant_kms",
      resourceID: version.tenantID.text,
      details: .object(details.merging(["version": .number(Double(version.version))]) { $1 }))
  }
}
