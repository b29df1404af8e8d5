import HTTPTypes
import Repository

/// The routes below `/v1`, and what an API key must be good for to be let in: the router knows no other.
enum TenantRoute: CaseIterable {
  case createSecret, secrets, secret, setSecretValue, deleteSecret
  case createAgent, agents, revokeAgent
  case auditLogs, auditEvents

  /// A line of the table.
  struct Line {
    let method: HTTPRequest.Method
    /// Below `/v1`, in the router's notation.
    let path: String
    let scope: APIKeyScope

    init(_ method: HTTPRequest.Method, _ path: String, needs scope: APIKeyScope) {
      self.method = method
      self.path = path
      self.scope = scope
    }
  }

  /// The table.
  var line: Line {
    switch self {
    case .createSecret: Line(.post, "secrets", needs: .secretsWrite)
    case .secrets: Line(.get, "secrets", needs: .secretsRead)
    case .secret: Line(.get, "secrets/:id", needs: .secretsRead)
    case .setSecretValue: Line(.put, "secrets/:id/value", needs: .secretsWrite)
    case .deleteSecret: Line(.delete, "secrets/:id", needs: .secretsWrite)
    case .createAgent: Line(.post, "agents", needs: .agentsWrite)
    case .agents: Line(.get, "agents", needs: .agentsRead)
    case .revokeAgent: Line(.delete, "agents/:id", needs: .agentsWrite)
    case .auditLogs: Line(.get, "audit-logs", needs: .auditRead)
    case .auditEvents: Line(.get, "audit-logs/events", needs: .auditRead)
    }
  }
}
