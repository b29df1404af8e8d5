import FoundationEssentials

/// The part of a token's header that chooses a key, or forbids to go on (RFC 7515 §4.1).
struct TokenHeader: Decodable, Sendable {
  let alg: String
  let kid: String?
  /// Extensions that a recipient must understand; none is understood here.
  let crit: [String]?

  init?(of token: String) {
    // The library would take other spellings of a signature as well: padded, with base64's own `+` and `/`, or with bits
    // that mean nothing.
    guard token.split(separator: ".", omittingEmptySubsequences: false).allSatisfy(Self.isCanonical),
      let encoded = token.split(separator: ".", omittingEmptySubsequences: false).first
    else { return nil }
    let base64 = String(encoded.map { $0 == "-" ? "+" : $0 == "_" ? "/" : $0 })
    let padded = base64 + String(repeating: "=", count: (4 - base64.utf8.count % 4) % 4)
    guard let data = Data(base64Encoded: padded) else { return nil }
    do { self = try JSONDecoder().decode(Self.self, from: data) } catch { return nil }
  }

  /// Whether a part of a token is base64url without padding (RFC 7515 §2), in the one spelling that its bytes have: the
  /// bits of the last character that belong to no byte are zero (RFC 4648 §3.5).
  private static func isCanonical(_ part: Substring) -> Bool {
    let values = part.utf8.compactMap { $0.base64URLValue }
    guard values.count == part.utf8.count else { return false }
    let last = values.last ?? 0
    return switch values.count % 4 {
    case 0: true
    case 2: last & 0b1111 == 0
    case 3: last & 0b11 == 0
    default: false
    }
  }
}

extension UInt8 {
  /// What this character stands for in base64url (RFC 4648 §5); nil for any other.
  fileprivate var base64URLValue: UInt8? {
    switch self {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): self - UInt8(ascii: "A")
    case UInt8(ascii: "a")...UInt8(ascii: "z"): self - UInt8(ascii: "a") + 26
    case UInt8(ascii: "0")...UInt8(ascii: "9"): self - UInt8(ascii: "0") + 52
    case UInt8(ascii: "-"): 62
    case UInt8(ascii: "_"): 63
    default: nil
    }
  }
}
