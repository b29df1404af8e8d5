import HTTPTypes
import Repository

extension AgentError: APIErrorConvertible {
  var apiError: APIError? {
    switch self {
    case .notAuthenticated: .notAuthenticated("the agent's credential is not valid")
    case .fingerprintMismatch:
      APIError(
        status: .forbidden, type: "fingerprint_mismatch",
        message: "the agent belongs to the machine that used its credential first; create another agent for this one")
    case .buildNotVerified:
      .permissionDenied("the agent requires a verified build, and this version can't verify one")
    case .nonceUsed: conflict("this nonce was used already; send a new one with each request")
    case .tenantSealed(let reason):
      APIError(
        status: .serviceUnavailable, type: "tenant_sealed",
        message: "the tenant's key can't be used" + (reason.map { ": \($0)" } ?? ""), retryAfter: 30)
    case .bundleTooLarge:
      APIError(
        status: .contentTooLarge, type: "bundle_too_large",
        message: """
          the tenant's secrets don't fit into a bundle, which holds at most \(BundleContents.maximumValues) values and \
          \(BundleContents.maximumByteCount) bytes
          """)
    case .tooManyAgents:
      conflict("a tenant has at most \(AgentStore.maximumAgents) agents; revoke one that is no longer used")
    }
  }

  private func conflict(_ message: String) -> APIError {
    APIError(status: .conflict, type: "conflict", message: message)
  }
}
