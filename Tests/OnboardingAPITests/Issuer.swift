import Foundation
import JSON
import JWTKit
import SampleKeys

/// An issuer of admin tokens, and whoever would like to be one.
struct Issuer: Sendable {
  static let now = Date(timeIntervalSince1970: 1_795_492_814)

  /// What signs, and what `alg` it is known by.
  let algorithm: any JWTAlgorithm

  init(_ algorithm: any JWTAlgorithm) { self.algorithm = algorithm }

  init(_ keys: JWTKeyCollection) async throws { self.init(try await keys.getKey()) }

  /// HS256 with a key of these bytes.
  init(hmac key: some DataProtocol) async throws {
    try await self.init(JWTKeyCollection().add(hmac: HMACKey(from: key), digestAlgorithm: .sha256))
  }

  init(_ key: ES256PrivateKey) async throws { try await self.init(JWTKeyCollection().add(ecdsa: key)) }

  init(_ key: Insecure.RSA.PrivateKey) async throws {
    try await self.init(JWTKeyCollection().add(rsa: key, digestAlgorithm: .sha256))
  }

  /// A token that is good in every respect, but for the members given; nil leaves one out.
  func token(header: [String: JSONValue?] = [:], claims: [String: JSONValue?] = [:]) throws -> String {
    let allHeader: [String: JSONValue?] = ["typ": "JWT", "alg": .string(algorithm.name)]
    let allClaims: [String: JSONValue?] = [
      "sub": "ada@example.com", "tenant_id": "0190a1b2-0000-7000-8000-000000000001", "role": "owner", "iss": "issuer",
      "aud": "tenant-kms", "exp": .number(Self.now.timeIntervalSince1970 + 60),
    ]
    let text = [allHeader.merging(header) { $1 }, allClaims.merging(claims) { $1 }]
      .map { JSONValue.object($0.compactMapValues(\.self)).canonicalBytes.base64URL }.joined(separator: ".")
    return text + "." + (try algorithm.sign(Array(text.utf8))).base64URL
  }

  static func rsaKey() throws -> Insecure.RSA.PrivateKey { try Insecure.RSA.PrivateKey(pem: RFC7515.privateKey) }
}

extension [UInt8] {
  /// RFC 7515, section 2: base64url without padding.
  var base64URL: String {
    Data(self).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
  }
}
