import FoundationEssentials
import JWTKit

/// The claims of an admin token (RFC 7519). Every one is required.
struct AdminClaims: JWTPayload {
  let sub: SubjectClaim
  let tenantID: String
  let role: AdminIdentity.Role
  let iss: IssuerClaim
  let aud: AudienceClaim
  let exp: ExpirationClaim

  enum CodingKeys: String, CodingKey {
    case sub, role, iss, aud, exp
    case tenantID = "tenant_id"
  }

  /// The verifier checks expiry against its own clock.
  func verify(using algorithm: some JWTAlgorithm) {}
}
