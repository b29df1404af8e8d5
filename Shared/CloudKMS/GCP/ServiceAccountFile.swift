internal import Cryptography
internal import FoundationEssentials
internal import HTTPClient
internal import JSON

/// A service account of the platform's own, by the key file that Google made for it. It is read anew for each token, so
/// that a key may be replaced while the platform runs.
struct ServiceAccountFile: GCPTokenSource {
  /// The longest file read, in bytes.
  private static let maximumLength = 64 << 10
  /// The audience of an assertion, wherever it is sent (Google Identity, "Using OAuth 2.0 for server to server
  /// applications").
  private static let audience = "https://oauth2.googleapis.com/token"
  /// How long an assertion is good for, in seconds: the most that Google accepts.
  private static let lifetime = 3600

  /// Where the file is; nil where none was named.
  let path: String?

  var name: String { "the variable GOOGLE_APPLICATION_CREDENTIALS, which is not set" }

  /// Exchanges a signed assertion for a token (RFC 7523, section 2.1). Reads a small file, and blocks for that.
  func token(through caller: GCPCaller) async throws(KMSFailure) -> AccessToken? {
    guard let path else { return nil }
    let key = try ServiceAccountKey(path: path, maximumLength: Self.maximumLength)
    let now = caller.platform.clock.now()
    let assertion = try assertion(by: key, at: now)
    let request = HTTPRequest(
      method: "POST", url: key.tokenURL,
      headers: [HTTPHeader("Content-Type", "application/x-www-form-urlencoded")],
      body: Array("grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=\(assertion)".utf8))
    return try AccessToken(
      await caller.send(request, to: .token, stage: .credentials), from: .token, at: now)
  }

  /// What the file says. Reads it, and blocks for that.
  func email(through _: GCPCaller) async throws(KMSFailure) -> String? {
    guard let path else { return nil }
    return try ServiceAccountKey(path: path, maximumLength: Self.maximumLength).email
  }

  /// A JWT signed with RS256 (RFC 7519, RFC 7518 section 3.3).
  private func assertion(by key: ServiceAccountKey, at now: Date) throws(KMSFailure) -> String {
    let issuedAt = Int(now.timeIntervalSince1970)
    let header: JSONValue = ["alg": "RS256", "kid": .string(key.id), "typ": "JWT"]
    let claims: JSONValue = [
      "iss": .string(key.email), "scope": .string(GCPPlatform.scope), "aud": .string(Self.audience),
      "iat": .number(Double(issuedAt)), "exp": .number(Double(issuedAt + Self.lifetime)),
    ]
    let signed = [header, claims].map { SecretBytes(copying: $0.canonicalBytes).exposedBase64URL() }
      .joined(separator: ".")
    do {
      let signature = try RSASHA256.signature(of: Array(signed.utf8), privateKeyPEM: key.privateKeyPEM)
      return "\(signed).\(SecretBytes(copying: signature).exposedBase64URL())"
    } catch {
      throw .badKeyFile("its private key is not an RSA key of at least 2048 bits (\(error))")
    }
  }
}
