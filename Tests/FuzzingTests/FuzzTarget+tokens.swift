import Cryptography
import Foundation
import HTTPClient
import JSON
import Repository
import Testing

@testable import onboarding_api

extension FuzzTarget {
  static let token = FuzzTarget(
    name: "token",
    dictionary: [
      "eyJhbGciOiJub25lIn0", "eyJhbGciOiJIUzI1NiJ9", "eyJhbGciOiJSUzI1NiIsImprdSI6Imh0dHA6Ly9ldmlsIn0", ".", "=", "-",
      "_", "Bearer ", "e30", "eyJ",
    ],
    seeds: { [Array(TokenSample.token.utf8)] }
  ) { bytes in
    let text = String(decoding: bytes, as: UTF8.self)
    do {
      _ = try await TokenSample.verifier().identity(of: text)
    } catch let error as APIError {
      try Violation.unless(error == AdminTokenVerifier.refused, "no fault of a token is told from another")
      return TokenHeader(of: text) == nil ? "no header" : "refused"
    }
    try Violation.unless(text == TokenSample.token, "nothing but the token itself is good")
    return "accepted"
  }

  static let keySet = FuzzTarget(
    name: "key-set",
    dictionary: [
      #"{"keys":[]}"#, #""kty":"EC""#, #""kty":"RSA""#, #""kty":"oct","k":"AA""#, #""crv":"P-256""#, #""kid":"1""#,
      #""x":"AA""#, #""n":"AQAB","e":"AQAB""#, #""alg":"none""#, #""use":"enc""#, ",", "{", "}", "null",
    ]
  ) { bytes in
    let source = JWKSKeySource(url: "https://issuer.example", transport: FixedAnswer(body: bytes))
    let header = try #require(TokenHeader(of: "eyJhbGciOiJFUzI1NiIsImtpZCI6IjEifQ.e30.eA"))
    do { _ = try await source.collection(for: header) } catch let error as APIError {
      try Violation.unless(error == .unavailable("the token issuer"), "a key set that is none is the issuer's fault")
      return "refused"
    }
    let verifier = AdminTokenVerifier(
      keys: source, issuer: TokenSample.issuer, audience: "tenant-kms", now: { TokenSample.time })
    await #expect(throws: APIError.self) { try await verifier.identity(of: TokenSample.token) }
    return "accepted"
  }
}

/// A token that is good, and what accepts it.
enum TokenSample {
  static let issuer = "issuer"
  static let time = Date(timeIntervalSince1970: 1_795_492_814)
  private static let key = SecretBytes(copying: [UInt8](repeating: 7, count: 32))

  static func verifier() async -> AdminTokenVerifier {
    AdminTokenVerifier(
      keys: await StaticTokenKey.hmac(key), issuer: issuer, audience: "tenant-kms", now: { time })
  }

  static let token = signed(
    [
      "sub": "ada", "tenant_id": "0190a1b2-0000-7000-8000-000000000001", "role": "owner", "iss": .string(issuer),
      "aud": "tenant-kms", "exp": .number(time.timeIntervalSince1970 + 60),
    ], key: key)

  /// The one token that these claims make: a library writes them in any order.
  static func signed(_ claims: JSONValue, key: SecretBytes) -> String {
    let header: JSONValue = ["alg": "HS256", "typ": "JWT"]
    let text = [header, claims].map { base64URL($0.canonicalBytes) }.joined(separator: ".")
    return text + "." + base64URL(HMACSHA256.authenticationCode(for: Array(text.utf8), key: key))
  }

  private static func base64URL(_ bytes: [UInt8]) -> String { SecretBytes(copying: bytes).exposedBase64URL() }
}

/// An HTTP server in memory that has one answer.
struct FixedAnswer: HTTPTransport {
  let body: [UInt8]

  func send(_ request: HTTPRequest) async throws(HTTPClientError) -> HTTPResponse {
    HTTPResponse(status: 200, body: body)
  }
}
