import Foundation
import JSON
import JWTKit

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

  /// The key of RFC 7515, appendix A.2: published, so good for tests alone.
  static func rsaKey() throws -> Insecure.RSA.PrivateKey {
    try Insecure.RSA.PrivateKey(modulus: rsaModulus, exponent: "AQAB", privateExponent: rsaPrivateExponent)
  }

  static let rsaModulus =
    "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pC"
    + "gNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg6"
    + "65xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRW"
    + "yuXpoQ"
  private static let rsaPrivateExponent =
    "Eq5xpGnNCivDflJsRQBXHx1hdR1k6Ulwe2JZD50LpXyWPEAeP88vLNO97IjlA7_GQ5sLKMgvfTeXZx9SE-7YwVol2NXOoAJe46sui395IW_GO-pW"
    + "J1O0BkTGoVEn2bKVRUCgu-GjBVaYLU6f3l9kJfFNS3E0QbVdxzubSu3Mkqzjkn439X0M_V51gfpRLI9JYanrC4D4qAdGcopV_0ZHHzQlBjudU2Qv"
    + "Xt4ehNYTCBr6XCLQUShb1juUO1ZdiYoFaFQT5Tw8bGUl_x_jTj3ccPDVZFD9pIuhLhBOneufuBiB4cS98l2SR_RQyGWSeWjnczT0QU91p1DhOVRu"
    + "OopznQ"
}

extension [UInt8] {
  /// RFC 7515, section 2: base64url without padding.
  var base64URL: String {
    Data(self).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
  }
}
