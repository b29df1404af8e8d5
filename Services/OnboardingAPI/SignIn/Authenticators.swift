import CloudKMS
import Commands
import Cryptography
import FoundationEssentials
import Postgres
import Repository

/// The one-time codes by which people prove their presence.
///
/// The secrets are wrapped by the deployment's own key, not by the tenant's: whose tenant is sealed must still step up.
struct Authenticators: Sendable {
  /// Who made the code, as an authenticator shows it.
  static let issuer = "Tenant KMS"

  let users: UserStore
  let attempts: AttemptStore
  let hasher: PasswordHasher
  let masterKey: LocalKeyEncryptionKey
  var now: @Sendable () -> Date = { .wholeMilliseconds }

  init(pool: PostgresPool, hasher: PasswordHasher, masterKey: LocalKeyEncryptionKey) {
    users = UserStore(pool: pool)
    attempts = AttemptStore(pool: pool)
    self.hasher = hasher
    self.masterKey = masterKey
  }

  /// What the token's person has, who must be one of ours.
  /// - Throws: 404 where the token is of somebody who doesn't sign in here.
  func person(_ identity: AdminIdentity) async throws -> AuthenticatedUser {
    guard let id = UUID(rfc9562: identity.subject),
      let person = try await users.authenticatedUser(id, of: identity.tenantID)
    else { throw APIError.notFound("the token is of nobody who signs in here") }
    return person
  }

  /// Makes a secret that counts once a code proves that it arrived.
  /// - Parameter password: without it a stolen token could bring an authenticator of its own.
  /// - Returns: the `otpauth://` URI, never shown again.
  /// - Throws: 401 for a wrong password; ``AttemptsExhausted``.
  func begin(for person: AuthenticatedUser, _ password: SecretBytes) async throws -> String {
    try await attempts.charge(.account(person.user.email), at: now())
    guard try await hasher.matches(password, person.password) else {
      throw APIError.notAuthenticated("the password is wrong")
    }
    try await attempts.forget(.account(person.user.email))
    return try await Self.begin(for: person.user, users: users, masterKey: masterKey)
  }

  /// Likewise for an operator, who needs no password.
  static func begin(for user: User, users: UserStore, masterKey: LocalKeyEncryptionKey) async throws -> String {
    let secret = SecretBytes.random(count: TOTP.secretByteCount)
    let wrapped = try masterKey.wrapAuthenticatorSecret(secret, of: user.id, tenantID: user.tenantID)
    try await users.setPending(wrapped, of: user)
    return TOTP(secret: secret).exposedURI(issuer: issuer, account: user.email.text)
  }

  /// Lets the pending secret count from now on, instead of the former.
  /// - Throws: 401 for a wrong code, or where nothing is pending; ``AttemptsExhausted``.
  func confirm(_ code: OneTimeCode, for person: AuthenticatedUser, actorID: String) async throws {
    try await withAttempt(of: person.user) { time in
      guard let pending = person.pendingSecret,
        let step = try Self.step(of: code.digits, pending, person.user, masterKey, at: time)
      else {
        return false
      }
      return try await users.confirm(pending, step: step, of: person.user, actorID: actorID, at: time)
    }
  }

  /// Proves that the person is present: with a code that is theirs, and that nobody has used.
  /// - Throws: 401 for any other code, indistinctly; ``AttemptsExhausted``.
  func verify(_ code: OneTimeCode, of person: AuthenticatedUser) async throws {
    try await withAttempt(of: person.user) { time in
      guard let secret = person.secret,
        let step = try Self.step(of: code.digits, secret, person.user, masterKey, at: time)
      else {
        return false
      }
      return try await users.accept(step, under: secret, of: person.user)
    }
  }

  /// Pays for an attempt and gives it back if it was right.
  private func withAttempt(of user: User, _ attempt: (Date) async throws -> Bool) async throws {
    let time = now()
    try await attempts.charge(.authenticator(user.id), at: time)
    guard try await attempt(time) else { throw Self.refused }
    try await attempts.forget(.authenticator(user.id))
  }

  /// The time step that a code of a wrapped secret is of; nil for any other.
  static func step(
    of code: String, _ wrapped: [UInt8], _ user: User, _ masterKey: LocalKeyEncryptionKey, at time: Date
  ) throws -> Int64? {
    let secret = try masterKey.unwrapAuthenticatorSecret(wrapped, of: user.id, tenantID: user.tenantID)
    return TOTP(secret: secret).step(of: code, at: time)
  }

  private static let refused = APIError.notAuthenticated(
    "the code is wrong or was used already, or there is no authenticator to make one")
}
