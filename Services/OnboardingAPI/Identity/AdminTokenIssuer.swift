import Commands
import Cryptography
import FoundationEssentials
import JWTKit
import Repository

/// Issues admin tokens with the deployment's own HS256 key.
struct AdminTokenIssuer: Sendable {
  private let keys: JWTKeyCollection
  private let issuer: String
  private let audience: String

  /// - Parameters: as ``AdminTokenVerifier`` demands them of a token.
  init(key: SecretBytes, issuer: String, audience: String) async {
    keys = await StaticTokenKey.hmac(key).keys
    self.issuer = issuer
    self.audience = audience
  }

  /// - Parameter sessionID: the sign-in that the token ends with; nil for a token that ends by itself alone.
  func issue(
    to subject: String, of tenantID: UUID, as role: UserRole, expiresAt: Date, sessionID: UUID? = nil
  ) async throws -> String {
    try await keys.sign(
      AdminClaims(
        sub: SubjectClaim(value: subject), tenantID: tenantID.text, role: role,
        iss: IssuerClaim(value: issuer), aud: TokenAudience(audience), exp: ExpirationClaim(value: expiresAt),
        sessionID: sessionID.map(\.text)))
  }
}
