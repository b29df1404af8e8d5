extension SecretBytes {
  /// The longest base64 text that is decoded, in characters: 1.5 MiB of bytes.
  public static let maximumBase64Count = 2 << 20

  /// Decodes base64 straight into a secret, without a copy elsewhere and without lookups that depend on it.
  ///
  /// Strict (RFC 4648 section 4): the standard alphabet, padded to a multiple of four characters, no white space, no
  /// bits behind the last byte. Anything else, and a text over ``maximumBase64Count``, is nil.
  public convenience init?(base64 text: String) {
    let characters = text.utf8
    guard characters.count <= Self.maximumBase64Count, characters.count.isMultiple(of: 4) else { return nil }
    let padding = characters.suffix(2).reversed().prefix { $0 == UInt8(ascii: "=") }.count
    do throws(InvalidBase64) {
      try unsafe self.init(count: characters.count / 4 * 3 - padding) { buffer throws(InvalidBase64) in
        // A copy, so that its bytes lie in one piece; that of a native string is itself.
        var text = text
        let isValid = text.withUTF8 { characters in
          unsafe decode(UnsafeBufferPointer(rebasing: characters.dropLast(padding)), into: buffer)
        }
        guard isValid else { throw InvalidBase64() }
      }
    } catch {
      return nil
    }
  }
}

private struct InvalidBase64: Error {}

/// Decodes unpadded base64 into a buffer of exactly its size; false if it isn't canonical.
private func decode(_ characters: UnsafeBufferPointer<UInt8>, into buffer: UnsafeMutableRawBufferPointer) -> Bool {
  var pending: UInt32 = 0
  var pendingBits = 0
  var invalid: UInt32 = 0
  var index = 0
  for position in characters.indices {
    let value = sextet(of: unsafe characters[position])
    invalid |= value >> 6
    pending = pending << 6 | value & 63
    pendingBits += 6
    if pendingBits >= 8 {
      pendingBits -= 8
      unsafe buffer[index] = UInt8(truncatingIfNeeded: pending >> UInt32(pendingBits))
      index += 1
    }
  }
  let leftOver = pending & ((1 << UInt32(pendingBits)) - 1)
  return invalid == 0 && leftOver == 0
}

/// The six bits of a base64 character, or a number over 63; without branches or lookups.
@inline(__always) private func sextet(of character: UInt8) -> UInt32 {
  let code = Int32(character)
  /// All ones if the code is in the range, else zero.
  func within(_ first: Unicode.Scalar, _ last: Unicode.Scalar) -> Int32 {
    ~((code &- Int32(first.value)) >> 31) & ~((Int32(last.value) &- code) >> 31)
  }
  let upper = within("A", "Z")
  let lower = within("a", "z")
  let digit = within("0", "9")
  let plus = within("+", "+")
  let slash = within("/", "/")
  let value =
    upper & (code &- 65) | lower & (code &- 71) | digit & (code &+ 4) | plus & 62 | slash & 63
    | ~(upper | lower | digit | plus | slash) & 64
  return UInt32(truncatingIfNeeded: value)
}
