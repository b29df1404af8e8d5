extension JSONValue {
  /// The canonical form of RFC 8785 (JSON Canonicalization Scheme) in UTF-8: no white space, names sorted by UTF-16 code
  /// units, numbers as ECMAScript writes them. Equal values have equal bytes, so the form may be hashed and compared.
  public var canonicalBytes: [UInt8] {
    var bytes: [UInt8] = []
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
      let sorted = members.sorted { $0.key.utf16.lexicographicallyPrecedes($1.key.utf16) }
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
  /// RFC 8785 §3.2.2.2: only the quotation mark, the backslash and control characters are escaped.
  fileprivate func writeJSON(into bytes: inout [UInt8]) {
    let digits = Array("0123456789abcdef".utf8)
    bytes.append(UInt8(ascii: "\""))
    for byte in utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes.append(contentsOf: [UInt8(ascii: "\\"), byte])
      case 0x08: bytes.append(contentsOf: "\\b".utf8)
      case 0x09: bytes.append(contentsOf: "\\t".utf8)
      case 0x0A: bytes.append(contentsOf: "\\n".utf8)
      case 0x0C: bytes.append(contentsOf: "\\f".utf8)
      case 0x0D: bytes.append(contentsOf: "\\r".utf8)
      case 0..<0x20:
        bytes.append(contentsOf: "\\u00".utf8)
        bytes.append(contentsOf: [digits[Int(byte >> 4)], digits[Int(byte & 15)]])
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }
}

extension Double {
  /// ECMAScript's Number::toString (ECMA-262 §6.1.6.1.20): Swift gives the same shortest digits, laid out otherwise.
  fileprivate var ecmaScriptText: String {
    guard self != 0 else { return "0" }
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
