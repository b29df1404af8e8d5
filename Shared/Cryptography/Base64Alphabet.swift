/// The two ways of writing base64.
///
/// What encodes and decodes secrets computes each character instead of looking it up, so that neither branches nor
/// memory accesses depend on them.
public enum Base64Alphabet: Sendable {
  /// RFC 4648, section 4, padded to a multiple of four characters.
  case standard
  /// RFC 4648, section 5, for URLs, without padding.
  case urls

  /// Decodes what is no secret, as strictly as a ``SecretBytes`` is decoded: nil unless it is the one text of its bytes.
  /// The caller bounds its length.
  public func bytes(of text: String) -> [UInt8]? {
    var text = text
    return text.withUTF8 { text in
      guard let count = unsafe byteCount(of: text) else { return nil }
      var isValid = false
      let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, initializedCount in
        isValid = unsafe decode(
          text, into: UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[..<count]))
        initializedCount = count
      }
      return isValid ? bytes : nil
    }
  }

  /// What 62 and 63 are written as.
  private var punctuation: (Int16, Int16) {
    switch self {
    case .standard: (0x2B, 0x2F)
    case .urls: (0x2D, 0x5F)
    }
  }

  /// The character of six bits. Each comparison is an arithmetic shift of a sign: all ones where the bits lie beyond the
  /// bound.
  @inline(__always) func character(of sextet: Int16) -> UInt8 {
    let (plus, slash) = punctuation
    var character = sextet + 65
    character += ((25 - sextet) >> 8) & 6
    character -= ((51 - sextet) >> 8) & 75
    character += ((61 - sextet) >> 8) & (plus - 58)
    character += ((62 - sextet) >> 8) & (slash - plus - 1)
    return UInt8(truncatingIfNeeded: character)
  }

  /// The six bits of a character, or a negative number; likewise.
  @inline(__always) func sextet(of character: UInt8) -> Int16 {
    let (plus, slash) = punctuation
    let code = Int16(character)
    var sextet: Int16 = -1
    sextet += (((64 - code) & (code - 91)) >> 8) & (code - 64)
    sextet += (((96 - code) & (code - 123)) >> 8) & (code - 70)
    sextet += (((47 - code) & (code - 58)) >> 8) & (code + 5)
    sextet += (((plus - 1 - code) & (code - plus - 1)) >> 8) & 63
    sextet += (((slash - 1 - code) & (code - slash - 1)) >> 8) & 64
    return sextet
  }

  /// How many bytes a text stands for; nil where none has so many characters, or so much padding.
  func byteCount(of text: UnsafeBufferPointer<UInt8>) -> Int? {
    switch self {
    case .standard:
      guard text.count.isMultiple(of: 4) else { return nil }
      var padding = 0
      while padding < min(2, text.count), unsafe text[text.count - 1 - padding] == UInt8(ascii: "=") { padding += 1 }
      return text.count / 4 * 3 - padding
    case .urls: return text.count % 4 == 1 ? nil : text.count / 4 * 3 + text.count % 4 * 3 / 4
    }
  }

  /// Decodes a text into a buffer of its ``byteCount(of:)``.
  /// - Returns: whether it was the one text of these bytes.
  func decode(_ text: UnsafeBufferPointer<UInt8>, into buffer: UnsafeMutableRawBufferPointer) -> Bool {
    var invalid: Int16 = 0
    func bits(_ range: Range<Int>) -> UInt32 {
      var bits: UInt32 = 0
      for index in range {
        let sextet = sextet(of: unsafe text[index])
        invalid |= sextet
        bits = bits << 6 | UInt32(sextet & 63)
      }
      return bits
    }
    let (groups, rest) = buffer.count.quotientAndRemainder(dividingBy: 3)
    for group in 0..<groups {
      let bits = bits(group * 4..<group * 4 + 4)
      for index in 0..<3 {
        unsafe buffer[group * 3 + index] = UInt8(truncatingIfNeeded: bits >> UInt32(16 - 8 * index))
      }
    }
    guard rest > 0 else { return invalid >= 0 }
    let last = bits(groups * 4..<groups * 4 + rest + 1)
    let spare = UInt32(6 - 2 * rest)
    for index in 0..<rest {
      unsafe buffer[groups * 3 + index] = UInt8(
        truncatingIfNeeded: last >> (spare + UInt32(8 * (rest - 1 - index))))
    }
    return invalid >= 0 && last & (1 << spare - 1) == 0
  }
}
