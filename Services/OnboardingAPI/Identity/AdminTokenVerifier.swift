import Commands
import FoundationEssentials
import JWTKit

/// Decides whether an admin token is genuine, ours to accept, and still valid.
///
/// The algorithm is the key's, fixed by configuration and never chosen by the token: `alg: none` and an HMAC made with
/// a public key are refused before anything is verified (RFC 8725 §3.1).
struct AdminTokenVerifier: Sendable {
  /// The longest token looked at, in bytes.
  static let maximumLength = 8 << 10

  let keys: any TokenKeySource
  let issuer: String
  let audience: String
  let now: @Sendable () -> Date

  /// - Throws: 401 for any fault of the token; what the key source throws where it can't be reached.
  func identity(of token: String) async throws -> AdminIdentity {
    guard token.utf8.count <= Self.maximumLength else { throw Self.refused }
    let claims = try await verifiedClaims(of: token)
    guard claims.iss.value == issuer, claims.aud.names.contains(audience), now() < claims.exp.value,
      claims.nbf.map({ $0.value <= now() }) ?? true,
      let tenantID = UUID(rfc9562: claims.tenantID), Self.isStorable(claims.sub.value)
    else { throw Self.refused }
    let sessionID = claims.sessionID.flatMap { UUID(rfc9562: $0) }
    guard (sessionID == nil) == (claims.sessionID == nil) else { throw Self.refused }
    return AdminIdentity(
      subject: claims.sub.value, tenantID: tenantID, role: claims.role, expiresAt: claims.exp.value,
      sessionID: sessionID)
  }

  private func verifiedClaims(of token: String) async throws -> AdminClaims {
    guard let header = TokenHeader(of: token), keys.algorithms.contains(header.alg), header.crit == nil else {
      throw Self.refused
    }
    let collection = try await keys.collection(for: header)
    do { return try await collection.verify(token, as: AdminClaims.self) } catch { throw Self.refused }
  }

  /// The subject goes into the audit chain; PostgreSQL's text can't hold U+0000.
  private static func isStorable(_ subject: String) -> Bool {
    (1...255).contains(subject.utf8.count) && !subject.utf8.contains(0)
  }

  /// One answer for every fault, so that it tells a forger nothing.
  static let refused = APIError.notAuthenticated("the admin token is missing, expired or not valid here")
}
