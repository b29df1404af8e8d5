import Cryptography
import FoundationEssentials

/// Time-based one-time codes (RFC 6238): six digits, SHA-1, a new one every 30 seconds, which every authenticator knows.
struct TOTP: Sendable {
  /// The length of a secret, in bytes; RFC 4226 asks for 16 at least.
  static let secretByteCount = 32
  /// How many digits a code has.
  static let digits = 6
  /// How long a code is good, in seconds.
  static let period: Int64 = 30
  /// How many steps the authenticator's clock may be ahead or behind.
  static let tolerance: Int64 = 1

  let secret: SecretBytes

  /// The time step that a code is of: the latest within the tolerance, or nil where there is none.
  ///
  /// Every candidate is computed and compared in constant time, whichever fits.
  func step(of code: String, at time: Date) -> Int64? {
    let current = Int64((time.timeIntervalSince1970 / Double(Self.period)).rounded(.down))
    var found: Int64?
    for step in current - Self.tolerance...current + Self.tolerance
    where constantTimeEquals(Self.code(at: step, digits: Self.digits, secret: secret).utf8, code.utf8) {
      found = step
    }
    return found
  }

  /// The code of a time step, with leading zeros (RFC 4226, section 5.3).
  static func code(at step: Int64, digits: Int, secret: SecretBytes) -> String {
    let counter = withUnsafeBytes(of: UInt64(bitPattern: step).bigEndian) { [UInt8]($0) }
    let hash = HMACSHA1.authenticationCode(for: counter, key: secret)
    let offset = Int(hash[19] & 15)
    let word = hash[offset..<offset + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) } & 0x7FFF_FFFF
    let modulus = (0..<digits).reduce(UInt32(1)) { product, _ in product * 10 }
    let text = String(word % modulus)
    return String(repeating: "0", count: digits - text.utf8.count) + text
  }

  /// The secret as an authenticator takes it in, by a QR code or by hand: `otpauth://totp/…` (the Key Uri Format of Google
  /// Authenticator). Whoever reads it can make codes; nothing wipes the text.
  func exposedURI(issuer: String, account: String) -> String {
    let label = "\(Self.escaped(issuer)):\(Self.escaped(account))"
    return "otpauth://totp/\(label)?secret=\(secret.exposedBase32())&issuer=\(Self.escaped(issuer))"
      + "&algorithm=SHA1&digits=\(Self.digits)&period=\(Self.period)"
  }

  /// Percent-encoded but for the unreserved characters of RFC 3986.
  private static func escaped(_ text: String) -> String {
    text.utf8.map { byte in
      let scalar = Unicode.Scalar(byte)
      let isUnreserved = byte < 0x80 && (scalar.properties.isAlphabetic || (0x30...0x39).contains(byte))
      if isUnreserved || "-._~".utf8.contains(byte) { return String(scalar) }
      return "%" + [byte].hexadecimal.uppercased()
    }.joined()
  }
}

extension SecretBytes {
  /// The secret as base32 without padding (RFC 4648, section 6), for whoever it is shown to once; nothing wipes the text.
  fileprivate func exposedBase32() -> String {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".utf8)
    var characters: [UInt8] = []
    var pending: UInt32 = 0
    var pendingBits: UInt32 = 0
    for byte in withUnsafeBytes({ [UInt8]($0) }) {
      pending = pending << 8 | UInt32(byte)
      pendingBits += 8
      while pendingBits >= 5 {
        pendingBits -= 5
        characters.append(alphabet[Int(pending >> pendingBits & 31)])
      }
    }
    if pendingBits > 0 { characters.append(alphabet[Int(pending << (5 - pendingBits) & 31)]) }
    return String(decoding: characters, as: UTF8.self)
  }
}
