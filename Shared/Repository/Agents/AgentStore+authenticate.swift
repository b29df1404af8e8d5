public import AgentSession
import Cryptography
public import FoundationEssentials
import Postgres

extension AgentStore {
  /// Finds the agent of a credential, and locks it to the machine that presents it first.
  ///
  /// Of two machines that race for the lock one gets it. Another machine's attempt is recorded as a tamper event, also
  /// where it can't get a session for another reason.
  /// - Parameters:
  ///   - credential: compared by its hash, in constant time.
  ///   - fingerprint: the machine's; only its SHA-256 is kept.
  ///   - time: now.
  /// - Throws: ``AgentError`` with `notAuthenticated`, `fingerprintMismatch` or `buildNotVerified`; `PostgresError`.
  public func authenticate(
    _ credential: AgentCredential, fingerprint: String, at time: Date
  ) async throws -> AuthenticatedAgent {
    let row = try await pool.tenant(ofAgent: credential.agentID).execute(
      """
      SELECT tenant_id, id, secret_hash, require_verified_build FROM agents
      WHERE agent_id = $1 AND revoked_at IS NULL
      """, [.text(credential.agentID)]
    ).first
    guard let row, constantTimeEquals(try row.get("secret_hash", as: [UInt8].self), credential.secretHash) else {
      throw AgentError.notAuthenticated
    }
    let agent = AuthenticatedAgent(
      tenantID: try row.get("tenant_id", as: UUID.self), id: try row.get("id", as: UUID.self))
    let hash = SHA256.hash(Array(fingerprint.utf8))
    guard try await see(agent, fingerprintHash: hash, at: time) else {
      try await recordMismatch(of: agent, fingerprintHash: hash, at: time)
      throw AgentError.fingerprintMismatch
    }
    guard !(try row.get("require_verified_build", as: Bool.self)) else { throw AgentError.buildNotVerified }
    return agent
  }

  /// - Returns: false where the agent is locked to another machine.
  private func see(_ agent: AuthenticatedAgent, fingerprintHash: [UInt8], at time: Date) async throws -> Bool {
    try await pool.tenant(agent.tenantID).execute(
      """
      UPDATE agents SET last_seen_at = greatest(last_seen_at, $4), fingerprint_hash = $3
      WHERE tenant_id = $1 AND id = $2 AND (fingerprint_hash IS NULL OR fingerprint_hash = $3)
      """, [.uuid(agent.tenantID), .uuid(agent.id), .bytes(fingerprintHash), .timestamp(time)]
    ).affectedRows == 1
  }

  private func recordMismatch(
    of agent: AuthenticatedAgent, fingerprintHash: [UInt8], at time: Date
  ) async throws {
    _ = try await pool.tenant(agent.tenantID).execute(
      """
      INSERT INTO agent_tamper_events AS event (tenant_id, agent_id, kind, fingerprint_hash, first_at, last_at)
      VALUES ($1, $2, 'fingerprint_mismatch', $3, $4, $4)
      ON CONFLICT (tenant_id, agent_id, kind) DO UPDATE SET occurrences = event.occurrences + 1,
        fingerprint_hash = excluded.fingerprint_hash, last_at = greatest(event.last_at, excluded.last_at)
      """, [.uuid(agent.tenantID), .uuid(agent.id), .bytes(fingerprintHash), .timestamp(time)])
  }
}
