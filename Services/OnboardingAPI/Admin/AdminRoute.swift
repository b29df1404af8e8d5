import HTTPTypes
import Repository

/// One route below `/admin`, and what it takes to be let in: the router knows no other.
struct AdminRoute: Sendable, Hashable {
  let method: HTTPRequest.Method
  /// Below `/admin`, in the router's notation.
  let path: String
  /// Whose token is enough, or enough together with a step-up.
  let roles: Set<UserRole>
  /// How many seconds ago the person may have stepped up; nil where the token is enough.
  let stepUpSeconds: Int?

  private init(
    _ method: HTTPRequest.Method, _ path: String, for roles: Set<UserRole>, stepUp seconds: Int? = nil
  ) {
    self.method = method
    self.path = path
    self.roles = roles
    stepUpSeconds = seconds
  }

  private static let everyone = Set(UserRole.allCases)
  private static let writers: Set<UserRole> = [.owner, .admin]
  private static let owners: Set<UserRole> = [.owner]

  static let onboard = AdminRoute(.post, "tenant-kms", for: writers)
  static let configuration = AdminRoute(.get, "tenant-kms", for: everyone)
  static let remove = AdminRoute(.delete, "tenant-kms", for: owners, stepUp: 300)
  static let verify = AdminRoute(.post, "tenant-kms/verify", for: writers)
  static let rotate = AdminRoute(.post, "tenant-kms/rotate", for: writers, stepUp: 300)
  static let unseal = AdminRoute(.post, "tenant-kms/unseal", for: writers, stepUp: 120)
  static let revoke = AdminRoute(.post, "tenant-kms/versions/:version/revoke", for: owners, stepUp: 120)
  static let platform = AdminRoute(.get, "tenant-kms/platform", for: everyone)
  static let events = AdminRoute(.get, "tenant-kms/events", for: everyone)
  static let rewraps = AdminRoute(.get, "tenant-kms/rewrap", for: everyone)
  static let rewrapLimit = AdminRoute(.get, "tenant-kms/rewrap/limit", for: everyone)
  static let setRewrapLimit = AdminRoute(.put, "tenant-kms/rewrap/limit", for: writers)
  static let rewrap = AdminRoute(.get, "tenant-kms/rewrap/:lease_id", for: everyone)
  static let pauseRewrap = AdminRoute(.post, "tenant-kms/rewrap/:lease_id/pause", for: writers)
  static let resumeRewrap = AdminRoute(.post, "tenant-kms/rewrap/:lease_id/resume", for: writers)
  static let retryRewrap = AdminRoute(.post, "tenant-kms/rewrap/:lease_id/retry-failed", for: writers)
  static let auditChain = AdminRoute(.get, "audit/chain", for: everyone)
  static let verifyAuditChain = AdminRoute(.get, "audit/chain/verify", for: everyone)
  static let reveal = AdminRoute(.post, "secrets/:id/reveal", for: writers, stepUp: 300)
  static let apiKeys = AdminRoute(.get, "api-keys", for: writers)
  static let createAPIKey = AdminRoute(.post, "api-keys", for: writers)
  static let revokeAPIKey = AdminRoute(.delete, "api-keys/:id", for: writers)
  static let logout = AdminRoute(.post, "auth/logout", for: everyone)
  /// Who has an authenticator already must also have stepped up, which the route itself demands.
  static let enrolAuthenticator = AdminRoute(.post, "auth/totp", for: everyone)
  static let confirmAuthenticator = AdminRoute(.post, "auth/totp/confirm", for: everyone)
  static let stepUp = AdminRoute(.post, "auth/step-up", for: everyone)

  /// The matrix.
  static let all = [
    onboard, configuration, remove, verify, rotate, unseal, revoke, platform, events, rewraps, rewrapLimit,
    setRewrapLimit, rewrap, pauseRewrap, resumeRewrap, retryRewrap, auditChain, verifyAuditChain, reveal, logout,
    enrolAuthenticator, confirmAuthenticator, stepUp, apiKeys, createAPIKey, revokeAPIKey,
  ]
}
