/// Writing ASCII into byte arrays: canonical requests are hashed as bytes, so no string is made of them on the way.
extension [UInt8] {
  mutating func append(_ text: String) {
    append(contentsOf: text.utf8)
  }

  /// Appends bytes as lower-case hexadecimal.
  mutating func appendHexadecimal(_ bytes: [UInt8]) {
    let start = count
    append(contentsOf: repeatElement(0, count: bytes.count * 2))
    withUnsafeMutableBufferPointer { buffer in
      for (index, byte) in bytes.enumerated() {
        buffer[start + index * 2] = Self.digit(byte >> 4, letterA: UInt8(ascii: "a"))
        buffer[start + index * 2 + 1] = Self.digit(byte & 15, letterA: UInt8(ascii: "a"))
      }
    }
  }

  /// Appends bytes as they stand if RFC 3986 calls them unreserved, else as `%XX`.
  mutating func appendPercentEncoded(_ bytes: some Sequence<UInt8>) {
    for byte in bytes {
      if byte.isUnreserved {
        append(byte)
      } else {
        append(.percent)
        append(Self.digit(byte >> 4, letterA: UInt8(ascii: "A")))
        append(Self.digit(byte & 15, letterA: UInt8(ascii: "A")))
      }
    }
  }

  /// Appends the last digits of a number that isn't negative, with leading zeros.
  mutating func appendDecimal(_ number: Int, digits: Int) {
    append(contentsOf: repeatElement(UInt8(ascii: "0"), count: digits))
    var rest = number
    for index in stride(from: count - 1, through: count - digits, by: -1) {
      self[index] += UInt8(rest % 10)
      rest /= 10
    }
  }

  private static func digit(_ value: UInt8, letterA: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") + value : letterA + value - 10
  }
}

extension String {
  /// The text of bytes that this module wrote or checked itself, hence ASCII.
  init(ascii bytes: some Collection<UInt8>) {
    self.init(decoding: bytes, as: UTF8.self)
  }

  /// The lower-case hexadecimal text of bytes.
  init(hexadecimal bytes: [UInt8]) {
    var digits: [UInt8] = []
    digits.reserveCapacity(bytes.count * 2)
    digits.appendHexadecimal(bytes)
    self.init(ascii: digits)
  }

  /// Whether every byte is of a class.
  func isMade(of isMember: (UInt8) -> Bool) -> Bool {
    // The buffer is several times as fast as the view, and session tokens are long.
    utf8.withContiguousStorageIfAvailable { $0.allSatisfy(isMember) } ?? utf8.allSatisfy(isMember)
  }
}
