import Commands
public import FoundationEssentials
import JSON
import Postgres

extension AgentStore {
  /// How long a session's row outlives it, for whoever investigates: 30 days.
  static let sessionHistory: TimeInterval = 30 * 86_400

  /// Commits a session; only then may its bundle leave.
  ///
  /// In one transaction: the tenant's keys are as the bundle found them and the tenant isn't sealed, neither of which
  /// can change until this ends; the agent isn't revoked; the nonce is new. So once a sealing, an erasure or a revocation
  /// has committed, no session is issued that it should have prevented, whatever process made the bundle before.
  /// - Throws: ``AgentError`` with `notAuthenticated` for an agent revoked meanwhile, `tenantSealed` or `nonceUsed`;
  ///   ``RepositoryError`` with `keyVersionMoved`: make the bundle again; `PostgresError`.
  public func issue(_ session: NewSession, to agent: AuthenticatedAgent) async throws {
    try await pool.tenant(agent.tenantID).withTransaction { transaction in
      try await Self.requireUnchanged(session, of: agent.tenantID, in: transaction)
      let issued = try await transaction.execute(
        """
        UPDATE agents SET last_session_issued_at = greatest(last_session_issued_at, $3)
        WHERE tenant_id = $1 AND id = $2 AND revoked_at IS NULL
        """, [.uuid(agent.tenantID), .uuid(agent.id), .timestamp(session.issuedAt)])
      guard issued.affectedRows == 1 else { throw AgentError.notAuthenticated }
      let nonces = try await transaction.execute(
        """
        INSERT INTO agent_nonces (tenant_id, agent_id, nonce, expires_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (tenant_id, agent_id, nonce) DO NOTHING
        """,
        [.uuid(agent.tenantID), .uuid(agent.id), .text(session.nonce), .timestamp(session.nonceExpiresAt)])
      guard nonces.affectedRows == 1 else { throw AgentError.nonceUsed }
      try await transaction.pipeline(
        Self.record(of: session, for: agent) + Self.pruning(agent.tenantID, at: session.issuedAt))
    }
  }

  /// When the last session ends whose bundle needed a version of the tenant's master key, or nil where none does.
  public func lastSessionEnd(under version: Int32, of tenantID: UUID) async throws -> Date? {
    try await pool.tenant(tenantID).execute(
      "SELECT max(expires_at) AS last FROM agent_sessions WHERE tenant_id = $1 AND $2 = ANY (key_versions)",
      [.uuid(tenantID), .int4(version)]
    )[0].get("last", as: Date?.self)
  }

  private static func requireUnchanged(
    _ session: NewSession, of tenantID: UUID, in transaction: PostgresTransaction
  ) async throws {
    guard try await TenantLock.shared(tenantID, in: transaction) == session.activeVersion else {
      throw RepositoryError(.keyVersionMoved)
    }
    let revoked = try await transaction.execute(
      "SELECT 1 FROM tenant_keys WHERE tenant_id = $1 AND version = ANY ($2) AND status = 'revoked'",
      [.uuid(tenantID), .int4Array(session.openedVersions.sorted())])
    guard revoked.isEmpty else { throw RepositoryError(.keyVersionMoved) }
    // FOR SHARE makes a sealing wait for this session, or this session see the sealing.
    let configuration = try await transaction.execute(
      "SELECT sealed_since, last_verify_error FROM tenant_kms_configs WHERE tenant_id = $1 FOR SHARE",
      [.uuid(tenantID)]
    ).first
    if let configuration, try configuration.get("sealed_since", as: Date?.self) != nil {
      throw AgentError.tenantSealed(reason: try configuration.get("last_verify_error", as: String?.self))
    }
  }

  private static func record(of session: NewSession, for agent: AuthenticatedAgent) -> [Statement] {
    let row: Statement = (
      """
      INSERT INTO agent_sessions (tenant_id, id, agent_id, session_key_id, key_versions, issued_at, expires_at)
      VALUES ($1, $2, $3, $4, $5, $6, $7)
      """,
      [
        .uuid(agent.tenantID), .uuid(session.id), .uuid(agent.id), .text(session.keyID),
        .int4Array(session.openedVersions.union([session.activeVersion]).sorted()), .timestamp(session.issuedAt),
        .timestamp(session.expiresAt),
      ]
    )
    let entry = AuditEntry(
      "agent.session", "agent", agent.id, of: agent.tenantID,
      ["session_id": .string(session.id.text)])
    return [row] + [AuditLog.insertion(of: entry, at: session.issuedAt)].compactMap { $0 }
  }

  /// Deletes what is over: more than a session adds, so that neither table grows with time.
  private static func pruning(_ tenantID: UUID, at time: Date) -> [Statement] {
    [
      (
        """
        DELETE FROM agent_nonces WHERE (tenant_id, agent_id, nonce) IN (
          SELECT tenant_id, agent_id, nonce FROM agent_nonces WHERE tenant_id = $1 AND expires_at < $2
          ORDER BY expires_at LIMIT 10 FOR UPDATE SKIP LOCKED)
        """, [.uuid(tenantID), .timestamp(time)]
      ),
      (
        """
        DELETE FROM agent_sessions WHERE (tenant_id, id) IN (
          SELECT tenant_id, id FROM agent_sessions WHERE tenant_id = $1 AND expires_at < $2
          ORDER BY expires_at LIMIT 10 FOR UPDATE SKIP LOCKED)
        """, [.uuid(tenantID), .timestamp(time.addingTimeInterval(-sessionHistory))]
      ),
    ]
  }

  private typealias Statement = (PostgresStatement, [PostgresValue])
}
