public import AgentSession
public import FoundationEssentials
import JSON
public import Postgres

/// The tenants' agents, and the sessions issued to them.
public struct AgentStore: Sendable {
  /// The most agents of a tenant that aren't revoked.
  public static let maximumAgents = 1_000

  let pool: PostgresPool

  /// Creates the store of a database.
  public init(pool: PostgresPool) { self.pool = pool }

  /// Stores an agent and the hash of its secret.
  /// - Throws: ``AgentError`` with `tooManyAgents`; `PostgresError`.
  public func create(_ agent: Agent, credential: AgentCredential, of tenantID: UUID) async throws {
    try await pool.tenant(tenantID).withTransaction { transaction in
      try await TenantLock.exclusiveForCounting(tenantID, in: transaction)
      let inserted = try await transaction.execute(
        """
        INSERT INTO agents (tenant_id, id, agent_id, name, secret_hash, require_verified_build, created_at)
        SELECT $1, $2, $3, $4, $5, $6, $7
        WHERE (SELECT count(*) FROM agents WHERE tenant_id = $1 AND revoked_at IS NULL) < $8
        """,
        [
          .uuid(tenantID), .uuid(agent.id), .text(agent.agentID), .text(agent.name), .bytes(credential.secretHash),
          .bool(agent.requiresVerifiedBuild), .timestamp(agent.createdAt), .int8(Int64(Self.maximumAgents)),
        ])
      guard inserted.affectedRows == 1 else { throw AgentError.tooManyAgents }
      try await AuditLog.append(
        AuditEntry(
          "agent.create", "agent", agent.id, of: tenantID,
          [
            "name": .string(agent.name), "agent_id": .string(agent.agentID),
            "require_verified_build": .bool(agent.requiresVerifiedBuild),
          ]), at: agent.createdAt, in: transaction)
    }
  }

  /// The tenant's agents, newest first: all that aren't revoked, and of those that are the newest, up to
  /// ``maximumAgents`` altogether.
  public func agents(of tenantID: UUID) async throws -> [Agent] {
    try await pool.tenant(tenantID).execute(
      """
      SELECT * FROM (
        SELECT id, agent_id, name, require_verified_build, created_at, last_seen_at, last_session_issued_at,
          revoked_at, EXISTS (
            SELECT FROM agent_tamper_events e WHERE e.tenant_id = a.tenant_id AND e.agent_id = a.id
          ) AS has_tamper_events
        FROM agents a WHERE tenant_id = $1 ORDER BY revoked_at IS NOT NULL, id DESC LIMIT $2
      ) AS shown ORDER BY id DESC
      """, [.uuid(tenantID), .int8(Int64(Self.maximumAgents))]
    ).map { try Agent($0) }
  }

  /// Revokes an agent, so that it gets no session that isn't committed by then; those it has run on to their end.
  /// - Returns: false where the tenant has no such agent; true also for one that was revoked already.
  public func revoke(_ id: UUID, of tenantID: UUID, at time: Date) async throws -> Bool {
    try await pool.tenant(tenantID).withTransaction { transaction in
      let agent = try await transaction.execute(
        "SELECT name, agent_id, revoked_at FROM agents WHERE tenant_id = $1 AND id = $2 FOR NO KEY UPDATE",
        [.uuid(tenantID), .uuid(id)]
      ).first
      guard let agent else { return false }
      guard try agent.get("revoked_at", as: Date?.self) == nil else { return true }
      try await transaction.execute(
        "UPDATE agents SET revoked_at = $3 WHERE tenant_id = $1 AND id = $2",
        [.uuid(tenantID), .uuid(id), .timestamp(time)])
      try await AuditLog.append(
        AuditEntry(
          "agent.revoke", "agent", id, of: tenantID,
          [
            "name": .string(try agent.get("name", as: String.self)),
            "agent_id": .string(try agent.get("agent_id", as: String.self)),
          ]), at: time, in: transaction)
      return true
    }
  }
}

extension Agent {
  fileprivate init(_ row: PostgresRow) throws {
    self.init(
      id: try row.get("id", as: UUID.self), agentID: try row.get("agent_id", as: String.self),
      name: try row.get("name", as: String.self),
      requiresVerifiedBuild: try row.get("require_verified_build", as: Bool.self),
      createdAt: try row.get("created_at", as: Date.self))
    lastSeenAt = try row.get("last_seen_at", as: Date?.self)
    lastSessionIssuedAt = try row.get("last_session_issued_at", as: Date?.self)
    revokedAt = try row.get("revoked_at", as: Date?.self)
    hasTamperEvents = try row.get("has_tamper_events", as: Bool.self)
  }
}
