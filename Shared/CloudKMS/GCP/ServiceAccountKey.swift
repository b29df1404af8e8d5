internal import Cryptography
internal import FoundationEssentials
internal import HTTPClient
internal import JSON

/// A service account of the platform's own, by the key that Google made for it (IAM, "Create and delete service account
/// keys").
struct ServiceAccountKey: Sendable {
  /// The audience of an assertion, wherever it is sent (Google Identity, "Using OAuth 2.0 for server to server
  /// applications").
  private static let audience = "https://oauth2.googleapis.com/token"
  /// How long an assertion is good for, in seconds: the most that Google accepts.
  private static let lifetime = 3600

  let email: String
  private let id: String
  private let tokenURL: String
  private let privateKeyPEM: SecretBytes

  /// Reads what a file says besides the private key.
  /// - Throws: `.platformCredentials` where something is missing.
  init(_ json: JSONValue, privateKeyPEM: SecretBytes?) throws(KMSFailure) {
    guard let id = json["private_key_id"]?.string, let email = json["client_email"]?.string,
      let tokenURL = json["token_uri"]?.string, let privateKeyPEM
    else { throw .badKeyFile("it lacks private_key_id, client_email, token_uri or private_key") }
    self.id = id
    self.email = email
    self.tokenURL = tokenURL
    self.privateKeyPEM = privateKeyPEM
  }

  /// Exchanges a signed assertion for a token (RFC 7523, section 2.1).
  func token(through caller: GCPCaller) async throws(KMSFailure) -> AccessToken {
    let now = caller.platform.clock.now()
    let assertion = try assertion(at: now)
    let request = HTTPRequest(
      method: "POST", url: tokenURL, headers: [HTTPHeader("Content-Type", "application/x-www-form-urlencoded")],
      body: Array("grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=\(assertion)".utf8))
    return try AccessToken(
      await caller.send(request, to: .token, stage: .credentials), from: .token, at: now)
  }

  /// A JWT signed with RS256 (RFC 7519, RFC 7518 section 3.3).
  private func assertion(at now: Date) throws(KMSFailure) -> String {
    let issuedAt = Int(now.timeIntervalSince1970)
    let header: JSONValue = ["alg": "RS256", "kid": .string(id), "typ": "JWT"]
    let claims: JSONValue = [
      "iss": .string(email), "scope": .string(GCPPlatform.scope), "aud": .string(Self.audience),
      "iat": .number(Double(issuedAt)), "exp": .number(Double(issuedAt + Self.lifetime)),
    ]
    let signed = [header, claims].map { SecretBytes(copying: $0.canonicalBytes).exposedBase64URL() }
      .joined(separator: ".")
    do {
      let signature = try RSASHA256.signature(of: Array(signed.utf8), privateKeyPEM: privateKeyPEM)
      return "\(signed).\(SecretBytes(copying: signature).exposedBase64URL())"
    } catch {
      throw .badKeyFile("its private key is not an RSA key of at least 2048 bits (\(error))")
    }
  }
}
