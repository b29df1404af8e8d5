/// Which session a key or a bundle belongs to, each member as the answer to `POST /agent/v1/session` writes it.
public struct SessionContext: Sendable, Hashable {
  /// `bundle.tenant_id`.
  public let tenantID: String
  /// `bundle.agent_id`.
  public let agentID: String
  /// `session_id`; of no other session, so that each has a key of its own.
  public let sessionID: String
  /// `bundle.issued_at`, where the window begins.
  public let issuedAt: String
  /// `expires_at`, where the window ends.
  public let expiresAt: String

  /// Takes the members as they stand in the answer.
  public init(tenantID: String, agentID: String, sessionID: String, issuedAt: String, expiresAt: String) {
    self.tenantID = tenantID
    self.agentID = agentID
    self.sessionID = sessionID
    self.issuedAt = issuedAt
    self.expiresAt = expiresAt
  }

  var fields: [String?] { [tenantID, agentID, sessionID, issuedAt, expiresAt] }
}
