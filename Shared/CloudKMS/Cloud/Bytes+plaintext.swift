internal import Cryptography
internal import Glibc

extension [UInt8] {
  /// Takes the base64 text of a member out of a JSON text and leaves a string of zeros in its place.
  ///
  /// A JSON parser would leave the key behind in strings that nobody can wipe. Nil where there is no such member or it
  /// is not base64; what that means is for the parser to say. The array should be the only reference to its storage, or
  /// a copy is overwritten instead.
  mutating func takePlaintext(named member: String, in alphabet: Base64Alphabet = .standard) -> SecretBytes? {
    guard let start = startOfText(named: member) else { return nil }
    let end = self[start...].firstIndex { !$0.isBase64Character && !"=-_".utf8.contains($0) } ?? count
    defer { blank(start..<end) }
    guard end < count, self[end] == UInt8(ascii: "\"") else { return nil }
    return SecretBytes(base64: self[start..<end], in: alphabet)
  }

  /// Likewise takes the ASCII text of a member, whose escapes are undone (RFC 8259, section 7).
  mutating func takeText(named member: String) -> SecretBytes? {
    guard let start = startOfText(named: member) else { return nil }
    var end = start
    while end < count, self[end] != UInt8(ascii: "\"") { end += self[end] == UInt8(ascii: "\\") ? 2 : 1 }
    guard end < count else { return nil }
    defer { blank(start..<end) }
    var text: [UInt8] = []
    text.reserveCapacity(end - start)
    defer { text.wipe() }
    var index = start
    while index < end {
      guard let character = character(at: &index) else { return nil }
      text.append(character)
    }
    return SecretBytes(copying: text)
  }

  /// Where the text of a member begins; nil where there is none.
  private func startOfText(named member: String) -> Int? {
    guard let name = firstRange(of: "\"\(member)\"".utf8) else { return nil }
    var start = name.upperBound
    for expected in [UInt8(ascii: ":"), UInt8(ascii: "\"")] {
      while start < count, [0x20, 0x09, 0x0A, 0x0D].contains(self[start]) { start += 1 }
      guard start < count, self[start] == expected else { return nil }
      start += 1
    }
    return start
  }

  /// The ASCII character of a JSON string at an index, which is moved behind it; nil where an escape is none of such.
  private func character(at index: inout Int) -> UInt8? {
    defer { index += 1 }
    guard self[index] == UInt8(ascii: "\\") else { return self[index] }
    index += 1
    switch self[index] {
    case UInt8(ascii: "n"): return 0x0A
    case UInt8(ascii: "r"): return 0x0D
    case UInt8(ascii: "t"): return 0x09
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return self[index]
    case UInt8(ascii: "u"):
      var code: UInt16 = 0
      for _ in 0..<4 {
        index += 1
        guard index < count, let digit = self[index].hexadecimalValue else { return nil }
        code = code << 4 | UInt16(digit)
      }
      return code < 0x80 ? UInt8(code) : nil
    default: return nil
    }
  }

  /// Leaves zeros as text.
  private mutating func blank(_ range: Range<Int>) {
    wipe(range)
    for index in range { self[index] = UInt8(ascii: "0") }
  }

  /// Overwrites the whole array in place.
  mutating func wipe() {
    wipe(0..<count)
  }

  /// `explicit_bzero` is not optimised away, though nothing reads what it wrote.
  private mutating func wipe(_ range: Range<Int>) {
    withUnsafeMutableBytes { bytes in
      let part = UnsafeMutableRawBufferPointer(rebasing: bytes[range])
      if let start = part.baseAddress { explicit_bzero(start, part.count) }
    }
  }
}
