import Commands
import Cryptography
import FoundationEssentials
import HTTPTypes
import Hummingbird
import JWTKit

/// Issues step-up tokens, and demands them where an admin token alone is too little: whoever steals one can't rotate,
/// erase or remove a key with it.
///
/// The tokens are signed with a key of this platform's own, whoever issues the admin tokens. That key, and an audience
/// of their own, keep the two apart: neither is ever accepted as the other (RFC 8725 §3.8, §3.9).
struct StepUpAuthority: Sendable {
  /// What the signing key is derived for, from the services' command key.
  static let purpose = "tenant-kms step-up token"
  static let audience = "tenant-kms/step-up"
  /// The longest that any route accepts a step-up for.
  static let lifetime = Duration.seconds(300)
  /// How far the clocks of two API processes may differ.
  static let tolerance: TimeInterval = 5
  /// The longest token looked at, in bytes.
  static let maximumLength = 2 << 10

  /// A token, and from when to when it is good.
  struct Issued: Sendable {
    let token: String
    let issuedAt: Date
    let expiresAt: Date
  }

  private let keys: JWTKeyCollection
  private let now: @Sendable () -> Date

  /// - Parameter key: derived for ``purpose``.
  init(key: SecretBytes, now: @escaping @Sendable () -> Date = { Date() }) async {
    keys = await StaticTokenKey.hmac(key).keys
    self.now = now
  }

  /// Vouches that a person has just proved their presence.
  func issue(to subject: String, of tenantID: UUID) async throws -> Issued {
    let issuedAt = now()
    let expiresAt = issuedAt.addingTimeInterval(Self.lifetime / .seconds(1))
    let claims = StepUpClaims(
      sub: SubjectClaim(value: subject), tenantID: tenantID.text, aud: TokenAudience(Self.audience),
      iat: IssuedAtClaim(value: issuedAt), exp: ExpirationClaim(value: expiresAt))
    return Issued(token: try await keys.sign(claims), issuedAt: issuedAt, expiresAt: expiresAt)
  }

  /// Lets a request pass that carries a step-up token of the very person who asks, for the tenant they ask for.
  /// - Parameter maximumAge: how long ago they may have stepped up, at most ``lifetime``.
  /// - Throws: 401 `step_up_required`, whatever is wrong with the token.
  func demand(within maximumAge: Duration, by identity: AdminIdentity, in request: Request) async throws(APIError) {
    let refused = APIError.stepUpRequired(maximumAge: maximumAge)
    guard let token = request.headers[.stepUp], token.utf8.count <= Self.maximumLength,
      let header = TokenHeader(of: token), header.alg == "HS256", header.crit == nil
    else { throw refused }
    let claims: StepUpClaims
    do { claims = try await keys.verify(token, as: StepUpClaims.self) } catch { throw refused }
    let time = now()
    let age = time.timeIntervalSince(claims.iat.value)
    guard claims.aud.names == [Self.audience], claims.sub.value == identity.subject,
      UUID(rfc9562: claims.tenantID) == identity.tenantID, time < claims.exp.value, age >= -Self.tolerance,
      age <= maximumAge / .seconds(1)
    else { throw refused }
  }
}

extension APIError {
  static func stepUpRequired(maximumAge: Duration) -> APIError {
    let seconds = Int(maximumAge / .seconds(1))
    return APIError(
      status: .unauthorized, type: "step_up_required",
      message: "prove your presence again, then send the token as `X-KnoxCall-StepUp`, at most \(seconds) seconds old",
      extra: ["max_age_seconds": .integer(seconds)])
  }
}

extension HTTPField.Name {
  /// `X-KnoxCall-StepUp`, which carries a step-up token.
  static let stepUp = Self("X-KnoxCall-StepUp") ?? .authorization
}
