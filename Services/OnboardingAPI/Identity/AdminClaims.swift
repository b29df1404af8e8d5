import FoundationEssentials
import JWTKit

/// The claims of an admin token (RFC 7519). Every one but `nbf` and `tenant_kms_session` is required.
struct AdminClaims: JWTPayload {
  let sub: SubjectClaim
  let tenantID: String
  let role: AdminIdentity.Role
  let iss: IssuerClaim
  let aud: TokenAudience
  let exp: ExpirationClaim
  var nbf: NotBeforeClaim?
  /// The sign-in that the token is of. Not `sid`, to which other issuers give meanings of their own.
  var sessionID: String?

  enum CodingKeys: String, CodingKey {
    case sub, role, iss, aud, exp, nbf
    case tenantID = "tenant_id"
    case sessionID = "tenant_kms_session"
  }

  /// The verifier checks times against its own clock.
  func verify(using algorithm: some JWTAlgorithm) {}
}
