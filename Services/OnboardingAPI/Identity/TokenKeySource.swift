import Cryptography
import FoundationEssentials
import JWTKit

/// Where the keys come from that admin tokens are verified with.
protocol TokenKeySource: Sendable {
  /// The algorithms (`alg`) that a token may name.
  var algorithms: Set<String> { get }

  /// The keys to verify a token of this header with.
  func collection(for header: TokenHeader) async throws -> JWTKeyCollection
}

/// A key given by configuration.
struct StaticTokenKey: TokenKeySource {
  let algorithms: Set<String>
  let keys: JWTKeyCollection

  func collection(for header: TokenHeader) async throws -> JWTKeyCollection { keys }

  /// HS256: whoever can verify can also sign, so this is for local use.
  static func hmac(_ key: SecretBytes) async -> StaticTokenKey {
    let bytes = key.withUnsafeBytes { Data($0) }
    let keys = JWTKeyCollection()
    await keys.add(hmac: HMACKey(from: bytes), digestAlgorithm: .sha256)
    return StaticTokenKey(algorithms: ["HS256"], keys: keys)
  }

  /// ES256 or RS256, by what kind of public key the PEM text holds.
  static func publicKey(pem: String) async throws -> StaticTokenKey {
    let keys = JWTKeyCollection()
    if let key = try? ES256PublicKey(pem: pem) {
      await keys.add(ecdsa: key)
      return StaticTokenKey(algorithms: ["ES256"], keys: keys)
    }
    await keys.add(rsa: try Insecure.RSA.PublicKey(pem: pem), digestAlgorithm: .sha256)
    return StaticTokenKey(algorithms: ["RS256"], keys: keys)
  }
}
