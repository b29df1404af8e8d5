import HTTPTypes
import Repository

/// The routes below `/v1`, and what an API key must be good for to be let in: the router knows no other.
enum TenantRoute: CaseIterable {
  case createSecret, secrets, secret, changeSecret, setSecretValue, deleteSecret
  case createTransitKey, transitKeys, transitKey, changeTransitKey, rotateTransitKey, destroyTransitKeyVersion
  case encrypt, decrypt, rewrapCiphertext
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
    case .changeSecret: Line(.patch, "secrets/:id", needs: .secretsWrite)
    case .setSecretValue: Line(.put, "secrets/:id/value", needs: .secretsWrite)
    case .deleteSecret: Line(.delete, "secrets/:id", needs: .secretsWrite)
    case .createTransitKey: Line(.post, "crypto/keys", needs: .cryptoWrite)
    case .transitKeys: Line(.get, "crypto/keys", needs: .cryptoRead)
    case .transitKey: Line(.get, "crypto/keys/:name", needs: .cryptoRead)
    case .changeTransitKey: Line(.patch, "crypto/keys/:name", needs: .cryptoWrite)
    case .rotateTransitKey: Line(.post, "crypto/keys/:name/rotate", needs: .cryptoWrite)
    case .destroyTransitKeyVersion: Line(.delete, "crypto/keys/:name/versions/:version", needs: .cryptoWrite)
    case .encrypt: Line(.post, "crypto/keys/:name/encrypt", needs: .cryptoUse)
    case .decrypt: Line(.post, "crypto/keys/:name/decrypt", needs: .cryptoUse)
    case .rewrapCiphertext: Line(.post, "crypto/keys/:name/rewrap", needs: .cryptoUse)
    case .createAgent: Line(.post, "agents", needs: .agentsWrite)
    case .agents: Line(.get, "agents", needs: .agentsRead)
    case .revokeAgent: Line(.delete, "agents/:id", needs: .agentsWrite)
    case .auditLogs: Line(.get, "audit-logs", needs: .auditRead)
    case .auditEvents: Line(.get, "audit-logs/events", needs: .auditRead)
    }
  }
}
