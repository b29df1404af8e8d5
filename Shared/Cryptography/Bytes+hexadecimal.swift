extension [UInt8] {
  /// Two lowercase digits a byte.
  public var hexadecimal: String {
    var text: [UInt8] = []
    text.reserveCapacity(2 * count)
    for byte in self {
      let digits = byte.hexadecimalDigits
      text.append(digits.0)
      text.append(digits.1)
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// Reads two digits a byte, in either case; nil where the text is anything else.
  public init?(hexadecimal text: String) {
    let digits = text.utf8.map(\.hexadecimalValue)
    guard digits.count.isMultiple(of: 2), !digits.contains(nil) else { return nil }
    self = stride(from: 0, to: digits.count, by: 2).map { (digits[$0] ?? 0) << 4 | (digits[$0 + 1] ?? 0) }
  }
}

extension UInt8 {
  /// Its two digits as characters, lowercase.
  @inlinable package var hexadecimalDigits: (UInt8, UInt8) {
    func digit(_ value: UInt8) -> UInt8 { value + (value < 10 ? UInt8(ascii: "0") : UInt8(ascii: "a") - 10) }
    return (digit(self >> 4), digit(self & 15))
  }

  /// What this character stands for as a digit, in either case; nil for any other.
  @inlinable package var hexadecimalValue: UInt8? {
    switch self {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): self - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): self - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): self - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
