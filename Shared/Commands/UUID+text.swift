public import FoundationEssentials

extension UUID {
  /// Reads the 36 characters of RFC 9562 section 4: hexadecimal digits of either case, with hyphens in their four places.
  ///
  /// Foundation's own initializer also takes a space where a pair's first digit is zero, so that an id would have several
  /// spellings; what comes from outside is read by this one.
  /// - Returns: nil for any other text.
  public init?(rfc9562 text: String) {
    let bytes = text.utf8
    let isWellFormed = bytes.enumerated().allSatisfy { position, byte in
      switch position {
      case 8, 13, 18, 23: byte == UInt8(ascii: "-")
      default: Character(Unicode.Scalar(byte)).isHexDigit && byte < 0x80
      }
    }
    guard bytes.count == 36, isWellFormed, let id = UUID(uuidString: text) else { return nil }
    self = id
  }
}
