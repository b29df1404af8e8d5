import Cryptography
import FoundationEssentials
import HTTPClient
import ServiceKit

/// Whose admin tokens are accepted, and how they are verified.
struct IdentitySettings: Sendable {
  let issuer: String
  let audience: String
  let key: Key

  /// Exactly one is configured.
  enum Key: Sendable {
    case hmac(SecretBytes)
    case publicKey(pem: String)
    case jwks(url: String)
  }

  static let issuer = Setting("ADMIN_JWT_ISSUER", "the `iss` that admin tokens must have")
  static let audience = Setting("ADMIN_JWT_AUDIENCE", "the `aud` that admin tokens must have", default: "tenant-kms")
  static let hmacKey = Setting(
    "ADMIN_JWT_HS256_KEY_B64", "base64 of 32 bytes that HS256 admin tokens are verified with; for local use",
    isSecret: true)
  static let publicKey = Setting(
    "ADMIN_JWT_PUBLIC_KEY", "PEM of the public key (P-256 or RSA) that ES256 or RS256 admin tokens are verified with")
  static let jwksURL = Setting(
    "ADMIN_JWT_JWKS_URL", "where the issuer of ES256 or RS256 admin tokens publishes its keys, https:// only")

  static let all = [issuer, audience, hmacKey, publicKey, jwksURL]

  init(_ settings: inout SettingsReader) throws(ConfigurationError) {
    let issuer = settings.read(Self.issuer) { $0 }
    let audience = settings.read(Self.audience) { $0 }
    let keys = [
      settings.readOptional(Self.hmacKey, as: Setting.key256).map(Key.hmac),
      settings.readOptional(Self.publicKey) { $0 }.map(Key.publicKey),
      settings.readOptional(Self.jwksURL, as: Self.url).map(Key.jwks),
    ].compactMap(\.self)
    let given = [Self.hmacKey, Self.publicKey, Self.jwksURL].filter { settings.isPresent($0) }
    if given.count != 1 {
      settings.note("set exactly one of \(Self.hmacKey.name), \(Self.publicKey.name)[_FILE] and \(Self.jwksURL.name)")
    }
    (self.issuer, self.audience, key) = try settings.require(issuer, audience, keys.first)
  }

  /// The issuer's keys decide who is an owner: nothing but TLS will do, except on this machine.
  private static func url(_ text: String) throws(SettingError) -> String {
    guard text.hasPrefix("https://") || text.hasPrefix("http://127.0.0.1:") else {
      throw SettingError("not an https:// URL")
    }
    return text
  }

  /// Makes the source of keys.
  /// - Throws: ``ConfigurationError`` where the PEM text holds no key that fits.
  func makeKeySource(client: HTTPClient) async throws -> any TokenKeySource {
    switch key {
    case .hmac(let key): return await StaticTokenKey.hmac(key)
    case .jwks(let url): return JWKSKeySource(url: url, transport: client)
    case .publicKey(let pem):
      do { return try await StaticTokenKey.publicKey(pem: pem) } catch {
        throw ConfigurationError(problems: ["\(Self.publicKey.name): not the PEM of a P-256 or RSA public key"])
      }
    }
  }

  /// Makes what issues admin tokens at a sign-in; nil where only an issuer elsewhere can.
  func makeTokenIssuer() async -> AdminTokenIssuer? {
    guard case .hmac(let key) = key else { return nil }
    return await AdminTokenIssuer(key: key, issuer: issuer, audience: audience)
  }

  /// A client for the issuer's keys; shut it down before the process exits.
  func makeHTTPClient() -> HTTPClient {
    var configuration = HTTPClientConfiguration()
    if case .jwks(let url) = key { configuration.allowsPlaintext = url.hasPrefix("http://127.0.0.1:") }
    return HTTPClient(configuration: configuration)
  }
}
