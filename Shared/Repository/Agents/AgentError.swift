/// Why an agent gets no session, or an administrator no agent.
public enum AgentError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The agent is unknown or revoked, or its secret is another: which of these is never told.
  case notAuthenticated
  /// The credential comes from another machine than the one that used it first.
  case fingerprintMismatch
  /// Only a verified build of this agent gets a session, and nothing verifies builds yet.
  case buildNotVerified
  /// The nonce served for a session already.
  case nonceUsed
  /// The tenant's key can't be used, for the reason last recorded.
  case tenantSealed(reason: String?)
  /// The tenant has more than one answer may carry.
  case bundleTooLarge
  /// The tenant has as many agents as it may have.
  case tooManyAgents

  /// One sentence for the log.
  public var description: String {
    switch self {
    case .notAuthenticated: "the agent's credential is not valid"
    case .fingerprintMismatch: "the agent's credential came from another machine"
    case .buildNotVerified: "the agent requires a verified build"
    case .nonceUsed: "the nonce was used already"
    case .tenantSealed: "the tenant is sealed"
    case .bundleTooLarge:
      "the tenant has over \(BundleContents.maximumValues) values, or over \(BundleContents.maximumByteCount) bytes"
    case .tooManyAgents: "the tenant has \(AgentStore.maximumAgents) agents"
    }
  }
}
