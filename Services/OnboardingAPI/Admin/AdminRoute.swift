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
  static let secrets = AdminRoute(.get, "secrets", for: everyone)
  static let createSecret = AdminRoute(.post, "secrets", for: writers)
  static let secret = AdminRoute(.get, "secrets/:id", for: everyone)
  static let changeSecret = AdminRoute(.patch, "secrets/:id", for: writers)
  static let setSecretValue = AdminRoute(.put, "secrets/:id/value", for: writers)
  static let deleteSecret = AdminRoute(.delete, "secrets/:id", for: writers, stepUp: 300)
  static let reveal = AdminRoute(.post, "secrets/:id/reveal", for: writers, stepUp: 300)
  static let transitKeys = AdminRoute(.get, "transit-keys", for: everyone)
  static let createTransitKey = AdminRoute(.post, "transit-keys", for: writers)
  static let transitKey = AdminRoute(.get, "transit-keys/:name", for: everyone)
  static let changeTransitKey = AdminRoute(.patch, "transit-keys/:name", for: writers)
  static let rotateTransitKey = AdminRoute(.post, "transit-keys/:name/rotate", for: writers)
  static let destroyTransitKeyVersion = AdminRoute(
    .delete, "transit-keys/:name/versions/:version", for: writers, stepUp: 300)
  static let agents = AdminRoute(.get, "agents", for: everyone)
  static let createAgent = AdminRoute(.post, "agents", for: writers)
  static let revokeAgent = AdminRoute(.delete, "agents/:id", for: writers)
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
    setRewrapLimit, rewrap, pauseRewrap, resumeRewrap, retryRewrap, auditChain, verifyAuditChain, secrets,
    createSecret, secret, changeSecret, setSecretValue, deleteSecret, reveal, transitKeys, createTransitKey, transitKey,
    changeTransitKey, rotateTransitKey, destroyTransitKeyVersion, agents, createAgent, revokeAgent, logout,
    enrolAuthenticator, confirmAuthenticator, stepUp, apiKeys, createAPIKey, revokeAPIKey,
  ]

  /// - Throws: 403 for a role whose token is not enough.
  func admit(_ role: UserRole) throws(APIError) {
    guard !roles.contains(role) else { return }
    let allowed = UserRole.allCases.filter(roles.contains).map(\.rawValue).joined(separator: " or ")
    throw .permissionDenied("the role \(role.rawValue) may not do this, only \(allowed)")
  }
}
