extension [UInt8] {
  /// The bytes of a hexadecimal text that a test holds; a wrong digit counts as 0 and fails the test by its result.
  init(hexadecimal text: String) {
    let digits = text.compactMap { UInt8(String($0), radix: 16) }
    self = stride(from: 0, to: digits.count - 1, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
  }
}
