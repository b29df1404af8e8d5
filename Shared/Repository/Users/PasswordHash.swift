public import Cryptography
import FoundationEssentials

/// What is stored of a password: its scrypt hash with salt and cost, so that both may change and old ones still hold.
public struct PasswordHash: Sendable, Equatable {
  /// How long a password may be, in bytes of UTF-8 (NIST SP 800-63B, section 3.1.1.2: length counts, not composition).
  public static let passwordLength = 12...256

  /// What comparing a password with it costs.
  public let cost: Scrypt.Cost
  let salt: [UInt8]
  let digest: [UInt8]

  /// Hashes a new password; it takes a good part of a second, so call it on a `BlockingQueue`.
  /// - Parameters:
  ///   - password: of any length: ``passwordLength`` is the caller's to demand.
  ///   - cost: `Scrypt.Cost.password` unless told.
  ///   - random: where the salt comes from.
  /// - Throws: `outOfMemory`.
  public init(
    of password: SecretBytes, cost: Scrypt.Cost = .password, random: RandomSource = .system
  ) throws(CryptographyError) {
    self.cost = cost
    salt = random.bytes(16)
    digest = try Self.digest(of: password, salt: salt, cost: cost)
  }

  /// Whether the password is this one, compared in constant time; it takes as long as to hash one.
  /// - Throws: `outOfMemory`.
  public func matches(_ password: SecretBytes) throws(CryptographyError) -> Bool {
    constantTimeEquals(try Self.digest(of: password, salt: salt, cost: cost), digest)
  }

  /// The hash of no password: what is compared where there is no such person, so that it takes as long as if there were.
  public static func decoy(cost: Scrypt.Cost = .password, random: RandomSource = .system) -> PasswordHash {
    PasswordHash(cost: cost, salt: random.bytes(16), digest: random.bytes(32))
  }

  private static func digest(
    of password: SecretBytes, salt: [UInt8], cost: Scrypt.Cost
  ) throws(CryptographyError) -> [UInt8] {
    try Scrypt.deriveKey(from: password, salt: salt, cost: cost, count: 32).withUnsafeBytes { [UInt8]($0) }
  }

  private init(cost: Scrypt.Cost, salt: [UInt8], digest: [UInt8]) {
    self.cost = cost
    self.salt = salt
    self.digest = digest
  }
}

extension Scrypt.Cost {
  /// What a password's hash costs: N = 2^16, r = 8, p = 2, so 64 MiB; one of the equivalent minima of OWASP's Password
  /// Storage Cheat Sheet.
  public static let password: Scrypt.Cost = {
    guard let cost = Scrypt.Cost(logarithm: 16, blockSize: 8, parallelism: 2) else { fatalError("within the bounds") }
    return cost
  }()
}

extension PasswordHash {
  /// The PHC string: `$scrypt$ln=16,r=8,p=2$<salt>$<digest>`, both in base64 without padding.
  var text: String {
    "$scrypt$ln=\(cost.logarithm),r=\(cost.blockSize),p=\(cost.parallelism)$\(Self.base64(salt))$\(Self.base64(digest))"
  }

  /// Reads a PHC string; nil where it isn't one of scrypt, or asks for more than ``Scrypt/Cost`` allows.
  init?(_ text: String) {
    guard text.utf8.count <= 256,
      let parts = text.wholeMatch(
        of: /\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+\/]+)\$([A-Za-z0-9+\/]+)/),
      let logarithm = Int(parts.1), let blockSize = Int(parts.2), let parallelism = Int(parts.3),
      let cost = Scrypt.Cost(logarithm: logarithm, blockSize: blockSize, parallelism: parallelism),
      let salt = Self.bytes(parts.4), (8...64).contains(salt.count),
      let digest = Self.bytes(parts.5), digest.count == 32
    else { return nil }
    self.init(cost: cost, salt: salt, digest: digest)
  }

  private static func base64(_ bytes: [UInt8]) -> String {
    Data(bytes).base64EncodedString().replacing("=", with: "")
  }

  private static func bytes(_ base64: Substring) -> [UInt8]? {
    Data(base64Encoded: base64 + String(repeating: "=", count: (4 - base64.utf8.count % 4) % 4)).map { [UInt8]($0) }
  }
}

extension PasswordHash: CustomStringConvertible, CustomReflectable {
  /// Always the same text.
  public var description: String { "PasswordHash(redacted)" }

  /// A mirror without children, so that `dump` shows nothing.
  public var customMirror: Mirror { Mirror(self, children: []) }
}
