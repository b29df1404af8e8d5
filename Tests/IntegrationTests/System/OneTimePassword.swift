import Cryptography
import Foundation
import Testing

/// An authenticator: what a person's telephone makes of an `otpauth://` URI.
struct OneTimePassword {
  private let secret: SecretBytes

  init(uri: String) throws {
    let items = try #require(URLComponents(string: uri)?.queryItems)
    let values = Dictionary(items.map { ($0.name, $0.value ?? "") }) { $1 }
    #expect(values["algorithm"] == "SHA1" && values["digits"] == "6" && values["period"] == "30")
    let text = try #require(values["secret"])
    secret = SecretBytes(copying: try #require(Self.bytes(ofBase32: text)))
  }

  /// What base32 (RFC 4648, section 6) without padding stands for; nil where the text isn't that.
  static func bytes(ofBase32 text: some StringProtocol) -> [UInt8]? {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
    let values = text.map { alphabet.firstIndex(of: $0) }
    guard !values.contains(nil) else { return nil }
    let bits = values.compactMap(\.self).map { String(String(32 + $0, radix: 2).dropFirst()) }.joined()
    return stride(from: 0, to: bits.count / 8 * 8, by: 8).compactMap { UInt8(bits.dropFirst($0).prefix(8), radix: 2) }
  }

  /// The code of a time step, which the clock's is plus `offset`.
  func code(offset: Int64 = 0) -> String {
    let step = Int64(Date().timeIntervalSince1970 / 30) + offset
    let counter = (0..<8).reversed().map { UInt8(truncatingIfNeeded: step >> ($0 * 8)) }
    let hash = HMACSHA1.authenticationCode(for: counter, key: secret)
    let start = Int(hash[19] & 15)
    let number = hash[start..<start + 4].reduce(0) { $0 << 8 | Int($1) } & 0x7FFF_FFFF
    return String(String(1_000_000 + number % 1_000_000).dropFirst())
  }
}
