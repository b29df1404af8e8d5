internal import Cryptography
internal import Glibc

/// The two ways of writing base64.
enum Base64Alphabet {
  /// RFC 4648, section 4, padded.
  case standard
  /// RFC 4648, section 5, unpadded.
  case urls
}

extension [UInt8] {
  /// Takes the base64 text of a member out of a JSON text and leaves a string of zeros in its place.
  ///
  /// A JSON parser would leave the key behind in strings that nobody can wipe. Nil where there is no such member or it
  /// is not base64; what that means is for the parser to say. The array should be the only reference to its storage, or
  /// a copy is overwritten instead.
  mutating func takePlaintext(named member: String, in alphabet: Base64Alphabet = .standard) -> SecretBytes? {
    guard let name = firstRange(of: "\"\(member)\"".utf8) else { return nil }
    var start = name.upperBound
    for expected in [UInt8(ascii: ":"), UInt8(ascii: "\"")] {
      while start < count, [0x20, 0x09, 0x0A, 0x0D].contains(self[start]) { start += 1 }
      guard start < count, self[start] == expected else { return nil }
      start += 1
    }
    let end = self[start...].firstIndex { !$0.isBase64Character && !"=-_".utf8.contains($0) } ?? count
    defer {
      wipe(start..<end)
      for index in start..<end { self[index] = UInt8(ascii: "0") }
    }
    guard end < count, self[end] == UInt8(ascii: "\"") else { return nil }
    let text = self[start..<end]
    return alphabet == .standard ? SecretBytes(base64: text) : SecretBytes(base64URL: text)
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
