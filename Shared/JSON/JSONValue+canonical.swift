extension JSONValue {
  /// The canonical form of RFC 8785 (JSON Canonicalization Scheme) in UTF-8: no white space, names sorted by UTF-16 code
  /// units, numbers as ECMAScript writes them. Equal values have equal bytes, so the form may be hashed and compared.
  public var canonicalBytes: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(256)
    write(into: &bytes)
    return bytes
  }

  /// ``canonicalBytes`` as text.
  public var canonicalText: String { String(decoding: canonicalBytes, as: UTF8.self) }

  private func write(into bytes: inout [UInt8]) {
    switch self {
    case .null: bytes.append(contentsOf: "null".utf8)
    case .bool(let value): bytes.append(contentsOf: (value ? "true" : "false").utf8)
    case .number(let value): bytes.append(contentsOf: value.ecmaScriptText.utf8)
    case .string(let value): value.writeJSON(into: &bytes)
    case .array(let elements):
      bytes.append(UInt8(ascii: "["))
      for (index, element) in elements.enumerated() {
        if index > 0 { bytes.append(UInt8(ascii: ",")) }
        element.write(into: &bytes)
      }
      bytes.append(UInt8(ascii: "]"))
    case .object(let members):
      bytes.append(UInt8(ascii: "{"))
      let sorted = members.sorted { $0.key.precedesByUTF16($1.key) }
      for (index, member) in sorted.enumerated() {
        if index > 0 { bytes.append(UInt8(ascii: ",")) }
        member.key.writeJSON(into: &bytes)
        bytes.append(UInt8(ascii: ":"))
        member.value.write(into: &bytes)
      }
      bytes.append(UInt8(ascii: "}"))
    }
  }
}

extension String {
  /// RFC 8785 §3.2.3: in the order of UTF-16 code units.
  fileprivate func precedesByUTF16(_ other: String) -> Bool {
    let isBefore = utf8.withContiguousStorageIfAvailable { mine in
      other.utf8.withContiguousStorageIfAvailable { theirs in mine.precedesByUTF16(theirs) }
    }
    return (isBefore ?? nil) ?? utf16.lexicographicallyPrecedes(other.utf16)
  }

  /// Appends this as a JSON string in UTF-8 (RFC 8785 §3.2.2.2): only the quotation mark, the backslash and control
  /// characters are escaped.
  package func writeJSON(into bytes: inout [UInt8]) {
    // A copy, so that its bytes lie in one piece; that of a native string is itself.
    var text = self
    bytes.append(UInt8(ascii: "\""))
    text.withUTF8 { characters in
      var start = 0
      for (index, character) in characters.enumerated() where character.isEscapedInJSON {
        bytes.append(contentsOf: characters[start..<index])
        bytes.append(escaped: character)
        start = index + 1
      }
      bytes.append(contentsOf: characters[start...])
    }
    bytes.append(UInt8(ascii: "\""))
  }
}

extension UInt8 {
  fileprivate var isEscapedInJSON: Bool { self < 0x20 || self == UInt8(ascii: "\"") || self == UInt8(ascii: "\\") }
}

extension UnsafeBufferPointer<UInt8> {
  /// The order of UTF-8's bytes, but for what UTF-16 writes in surrogates, and UTF-8 from F0 on: that comes before U+E000,
  /// which begins with EE.
  fileprivate func precedesByUTF16(_ other: Self) -> Bool {
    guard let index = (0..<Swift.min(count, other.count)).first(where: { self[$0] != other[$0] }) else {
      return count < other.count
    }
    let (mine, theirs) = (self[index], other[index])
    if mine < 0xEE || theirs < 0xEE || (mine >= 0xF0) == (theirs >= 0xF0) { return mine < theirs }
    return mine >= 0xF0
  }
}

extension [UInt8] {
  private static let hexadecimalDigits = Array("0123456789abcdef".utf8)

  fileprivate mutating func append(escaped byte: UInt8) {
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): append(contentsOf: [UInt8(ascii: "\\"), byte])
    case 0x08: append(contentsOf: "\\b".utf8)
    case 0x09: append(contentsOf: "\\t".utf8)
    case 0x0A: append(contentsOf: "\\n".utf8)
    case 0x0C: append(contentsOf: "\\f".utf8)
    case 0x0D: append(contentsOf: "\\r".utf8)
    default:
      append(contentsOf: "\\u00".utf8)
      append(contentsOf: [Self.hexadecimalDigits[Int(byte >> 4)], Self.hexadecimalDigits[Int(byte & 15)]])
    }
  }
}

extension Double {
  /// ECMAScript's Number::toString (ECMA-262 §6.1.6.1.20): Swift gives the same shortest digits, laid out otherwise.
  fileprivate var ecmaScriptText: String {
    // Zero has no sign there, and larger integers have digits that aren't significant.
    if magnitude < 0x1p53, let integer = Int64(exactly: self) { return String(integer) }
    let parts = magnitude.description.split(separator: "e")
    let mantissa = parts[0].split(separator: ".", omittingEmptySubsequences: false)
    let fraction = mantissa.count > 1 && mantissa[1] != "0" ? String(mantissa[1]) : ""
    let exponent = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
    let all = String(mantissa[0]) + fraction
    let significant = all.drop { $0 == "0" }
    // The decimal point stands before the digit at this position of `digits`.
    let point = mantissa[0].count + exponent - (all.count - significant.count)
    let digits = String(significant.reversed().drop { $0 == "0" }.reversed())
    let count = digits.count
    let text: String
    switch point {
    case count...21: text = digits + String(repeating: "0", count: point - count)
    case 1..<max(count, 2) where point < count: text = digits.prefix(point) + "." + digits.dropFirst(point)
    case -5...0: text = "0." + String(repeating: "0", count: -point) + digits
    default:
      let tail = count > 1 ? "." + digits.dropFirst() : ""
      text = digits.prefix(1) + tail + "e" + (point > 0 ? "+" : "-") + String((point - 1).magnitude)
    }
    return (sign == .minus ? "-" : "") + text
  }
}
