internal import Cryptography

// Base64 (RFC 4648, sections 4 and 5) from bytes to bytes: strings can't be wiped. Both directions compute each character
// instead of looking it up, so that neither branches nor memory accesses depend on the secret.

extension [UInt8] {
  /// Appends the base64 text of a secret.
  mutating func append(base64 secret: SecretBytes) {
    reserveCapacity(count + (secret.count + 2) / 3 * 4)
    secret.withUnsafeBytes { bytes in
      for start in stride(from: 0, to: bytes.count, by: 3) {
        let present = Swift.min(bytes.count - start, 3)
        let bits = (0..<3).reduce(UInt32(0)) { $0 << 8 | ($1 < present ? UInt32(bytes[start + $1]) : 0) }
        for index in 0...3 {
          let sextet = Int16(bits >> UInt32(18 - 6 * index) & 63)
          append(index <= present ? Self.character(sextet) : UInt8(ascii: "="))
        }
      }
    }
  }

  /// Appends the unpadded base64url text of a secret.
  mutating func append(base64URL secret: SecretBytes) {
    let start = count
    append(base64: secret)
    removeLast((3 - secret.count % 3) % 3)
    for index in start..<count { self[index] = self[index].swapped(from: "+/", to: "-_") }
  }

  /// Each comparison is an arithmetic shift of a sign: all ones where the sextet lies beyond the bound.
  private static func character(_ sextet: Int16) -> UInt8 {
    var character = sextet + 65
    character += ((25 - sextet) >> 8) & 6
    character -= ((51 - sextet) >> 8) & 75
    character -= ((61 - sextet) >> 8) & 15
    character += ((62 - sextet) >> 8) & 3
    return UInt8(truncatingIfNeeded: character)
  }
}

extension SecretBytes {
  private struct NotBase64: Error {}

  /// Decodes padded base64 without white space; nil for anything else.
  convenience init?(base64 text: ArraySlice<UInt8>) {
    let padding = text.suffix(2).reversed().prefix { $0 == UInt8(ascii: "=") }.count
    guard text.count.isMultiple(of: 4) else { return nil }
    do throws(NotBase64) {
      try self.init(count: text.count / 4 * 3 - padding) { buffer throws(NotBase64) in
        var bits: UInt32 = 0
        var invalid: Int16 = 0
        for (index, character) in text.dropLast(padding).enumerated() {
          let sextet = Self.sextet(character)
          invalid |= sextet
          bits = bits << 6 | UInt32(sextet & 63)
          guard index % 4 > 0 else { continue }
          buffer[index / 4 * 3 + index % 4 - 1] = UInt8(truncatingIfNeeded: bits >> UInt32(6 - 2 * (index % 4)))
        }
        let leftOver = bits & (1 << UInt32(2 * padding) - 1)
        guard invalid >= 0, leftOver == 0 else { throw NotBase64() }
      }
    } catch { return nil }
  }

  /// Decodes unpadded base64url; nil for anything else.
  convenience init?(base64URL text: ArraySlice<UInt8>) {
    guard !text.contains(where: { "+/=".utf8.contains($0) }) else { return nil }
    var padded: [UInt8] = []
    padded.reserveCapacity(text.count + 3)
    defer { padded.wipe() }
    for character in text { padded.append(character.swapped(from: "-_", to: "+/")) }
    padded += Array(repeating: UInt8(ascii: "="), count: (4 - text.count % 4) % 4)
    self.init(base64: padded[...])
  }

  /// The six bits of a character, or a negative number.
  private static func sextet(_ character: UInt8) -> Int16 {
    let code = Int16(character)
    var sextet: Int16 = -1
    sextet += (((64 - code) & (code - 91)) >> 8) & (code - 64)
    sextet += (((96 - code) & (code - 123)) >> 8) & (code - 70)
    sextet += (((47 - code) & (code - 58)) >> 8) & (code + 5)
    sextet += (((42 - code) & (code - 44)) >> 8) & 63
    sextet += (((46 - code) & (code - 48)) >> 8) & 64
    return sextet
  }
}

extension UInt8 {
  /// Another character in place of each of some, without a branch on which one it is.
  fileprivate func swapped(from these: String, to others: String) -> UInt8 {
    zip(these.utf8, others.utf8).reduce(self) { character, swap in
      let mask = UInt8(truncatingIfNeeded: (Int16(self ^ swap.0) - 1) >> 15)
      return character ^ (mask & (swap.0 ^ swap.1))
    }
  }
}
