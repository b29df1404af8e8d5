import Commands
import Cryptography
import FoundationEssentials
import Postgres
import Repository

/// Lets people in who prove their password, and tells everyone else nothing.
///
/// Whether it was the address or the password that was wrong shows neither in the answer nor in the time that it takes:
/// an address that nobody has is counted, and its password hashed, as any other (OWASP Authentication Cheat Sheet).
struct SignIn: Sendable {
  /// How long a sign-in lasts, in seconds.
  static let lifetime: TimeInterval = 3600

  /// A token, until when it is good, and whose it is.
  struct Issued: Sendable {
    let token: String
    let expiresAt: Date
    let user: User
    /// The hash of their password, where it doesn't cost what new ones do.
    let outdated: PasswordHash?
  }

  let users: UserStore
  let attempts: AttemptStore
  let hasher: PasswordHasher
  let issuer: AdminTokenIssuer
  /// How many proxies stand in front.
  let proxies: Int
  private let decoy = PasswordHash.decoy()

  init(pool: PostgresPool, hasher: PasswordHasher, issuer: AdminTokenIssuer, proxies: Int) {
    users = UserStore(pool: pool)
    attempts = AttemptStore(pool: pool)
    self.hasher = hasher
    self.issuer = issuer
    self.proxies = proxies
  }

  /// - Throws: 401 for a wrong address, a wrong password or a person who was disabled, indistinctly; ``AttemptsExhausted``
  ///   before anything is compared; 429 where too many sign in at once.
  func token(for email: EmailAddress, _ password: SecretBytes, from address: ClientAddress) async throws -> Issued {
    let now = Date.wholeMilliseconds
    try await attempts.charge(.address(address.text), at: now)
    try await attempts.charge(.account(email), at: now)
    let session = UserSession(id: .v7(at: now), issuedAt: now, expiresAt: now.addingTimeInterval(Self.lifetime))
    let found = try await open(session, for: email, password)
    try await attempts.forget(.account(email))
    try await attempts.refund(.address(address.text))
    let token = try await issuer.issue(
      to: found.user.id.text, of: found.user.tenantID, as: found.user.role, expiresAt: session.expiresAt,
      sessionID: session.id)
    return Issued(
      token: token, expiresAt: session.expiresAt, user: found.user,
      outdated: found.password.cost == .password ? nil : found.password)
  }

  /// Hashes the password of somebody who just proved it anew, where its hash costs what hashes did in former days.
  /// - Returns: whether there was anything to do, and nobody was faster.
  /// - Throws: 429 where too many sign in at once: then the next time will do.
  func rehash(_ password: SecretBytes, of issued: Issued) async throws -> Bool {
    guard let former = issued.outdated else { return false }
    return try await users.rehash(former, as: try await hasher.hash(password), of: issued.user)
  }

  /// Commits a sign-in of who proves their password.
  ///
  /// The hash may have become another while the password was compared: another of the same password where somebody else
  /// signed in as the same person, and that one counts too.
  private func open(
    _ session: UserSession, for email: EmailAddress, _ password: SecretBytes
  ) async throws -> (user: User, password: PasswordHash) {
    for _ in 0..<2 {
      let found = try await users.credential(of: email)
      let isRight = try await hasher.matches(password, found?.password ?? decoy)
      guard let found, isRight, found.user.disabledAt == nil else { throw Self.refused }
      do {
        try await users.open(session, of: found.user, password: found.password)
        return found
      } catch UserError.notAuthenticated { continue }
    }
    throw Self.refused
  }

  private static let refused = APIError.notAuthenticated("the email address or the password is wrong")
}
