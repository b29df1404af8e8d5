public import Cryptography

/// A tenant's credential for `/v1`: `tk_live_<16 characters of id>_<43 characters of secret>`.
public struct APIKey: Sendable {
  /// The public part, by which the row is found: 16 digits and lowercase letters up to v.
  public let id: String
  /// The secret part: 32 random bytes. Only its SHA-256 is stored; it has too much entropy to need a slow hash.
  public let secret: SecretBytes

  static let prefix = "tk_live_"
  private static let alphabet = Array("0123456789abcdefghijklmnopqrstuv".utf8)

  /// Makes a new key.
  public static func generate(random: RandomSource = .system) -> APIKey {
    let id = String(decoding: random.bytes(16).map { alphabet[Int($0 & 31)] }, as: UTF8.self)
    return APIKey(id: id, secret: .random(count: 32, from: random))
  }

  /// Whether a text may be a key's ``id``.
  public static func isID(_ text: String) -> Bool { text.utf8.count == 16 && text.utf8.allSatisfy(alphabet.contains) }

  /// Reads a presented key; nil where it isn't written exactly as ``exposed()`` writes one.
  public init?(_ text: String) {
    guard text.utf8.count == 8 + 16 + 1 + 43, text.hasPrefix(Self.prefix) else { return nil }
    let parts = text.dropFirst(Self.prefix.count).split(separator: "_", maxSplits: 1)
    guard parts.count == 2, Self.isID(String(parts[0])),
      let secret = SecretBytes(base64: String(parts[1]), in: .urls), secret.count == 32
    else { return nil }
    self.init(id: String(parts[0]), secret: secret)
  }

  /// The key as its owner gets it, once.
  public func exposed() -> String { Self.prefix + id + "_" + secret.exposedBase64URL() }

  /// What is stored of the secret.
  var secretHash: [UInt8] { secret.withUnsafeBytes { SHA256.hash([UInt8]($0)) } }

  private init(id: String, secret: SecretBytes) {
    self.id = id
    self.secret = secret
  }
}
