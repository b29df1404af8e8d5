import FoundationEssentials
import JWTKit

/// The claims of a step-up token: who proved their presence again, for which tenant, and when. Every one is required.
struct StepUpClaims: JWTPayload {
  let sub: SubjectClaim
  let tenantID: String
  let aud: TokenAudience
  /// When the person stepped up: what a route's bound counts from.
  let iat: IssuedAtClaim
  let exp: ExpirationClaim

  enum CodingKeys: String, CodingKey {
    case sub, aud, iat, exp
    case tenantID = "tenant_id"
  }

  /// The authority checks times against its own clock.
  func verify(using algorithm: some JWTAlgorithm) {}
}
