/// Writing ASCII into byte arrays: canonical requests are hashed as bytes, so no string is made of them on the way.
extension [UInt8] {
  mutating func append(_ text: String) {
    append(contentsOf: text.utf8)
  }

  /// Appends bytes as lower-case hexadecimal.
  mutating func appendHexadecimal(_ bytes: [UInt8]) {
    for byte in bytes {
      append(Self.lowercaseDigits[Int(byte >> 4)])
      append(Self.lowercaseDigits[Int(byte & 15)])
    }
  }

  /// Appends a byte as it stands if RFC 3986 calls it unreserved, else as `%XX`.
  mutating func appendPercentEncoded(_ byte: UInt8) {
    guard !byte.isUnreserved else { return append(byte) }
    append(.percent)
    append(Self.uppercaseDigits[Int(byte >> 4)])
    append(Self.uppercaseDigits[Int(byte & 15)])
  }

  mutating func appendPercentEncoded(_ text: String) {
    for byte in text.utf8 { appendPercentEncoded(byte) }
  }

  private static let lowercaseDigits = [UInt8]("0123456789abcdef".utf8)
  private static let uppercaseDigits = [UInt8]("0123456789ABCDEF".utf8)
}

extension String {
  /// The text of bytes that this module wrote itself, hence ASCII.
  init(ascii bytes: [UInt8]) {
    self.init(decoding: bytes, as: UTF8.self)
  }

  /// The lower-case hexadecimal text of bytes.
  init(hexadecimal bytes: [UInt8]) {
    var digits: [UInt8] = []
    digits.reserveCapacity(bytes.count * 2)
    digits.appendHexadecimal(bytes)
    self.init(ascii: digits)
  }
}
