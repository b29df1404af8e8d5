/// A parser of one JSON text (RFC 8259), strict where receivers otherwise disagree.
///
/// Foundation's decoder keeps the last of two members of the same name; a proxy in front of us may keep the first. So
/// duplicates, unpaired surrogates, invalid UTF-8 and numbers beyond a double's exact integers are errors (RFC 7493).
struct JSONParser {
  private let bytes: [UInt8]
  private let maximumDepth: Int
  private var position = 0

  init(_ bytes: [UInt8], maximumDepth: Int) {
    self.bytes = bytes
    self.maximumDepth = maximumDepth
  }

  mutating func parseText() throws(JSONError) -> JSONValue {
    let value = try parseValue(depth: 0)
    skipWhitespace()
    guard position == bytes.count else { throw error(.trailingBytes) }
    return value
  }

  private mutating func parseValue(depth: Int) throws(JSONError) -> JSONValue {
    skipWhitespace()
    switch try peek() {
    case UInt8(ascii: "{"): return try parseObject(depth: depth + 1)
    case UInt8(ascii: "["): return try parseArray(depth: depth + 1)
    case UInt8(ascii: "\""): return .string(try parseString())
    case UInt8(ascii: "t"): return try parseWord("true", .bool(true))
    case UInt8(ascii: "f"): return try parseWord("false", .bool(false))
    case UInt8(ascii: "n"): return try parseWord("null", .null)
    default: return .number(try parseNumber())
    }
  }

  private mutating func parseObject(depth: Int) throws(JSONError) -> JSONValue {
    guard depth <= maximumDepth else { throw error(.tooDeep) }
    position += 1
    var members: [String: JSONValue] = [:]
    if try skip(UInt8(ascii: "}")) { return .object(members) }
    while true {
      skipWhitespace()
      guard try peek() == UInt8(ascii: "\"") else { throw error(.unexpectedByte) }
      let start = position
      let name = try parseString()
      guard try skip(UInt8(ascii: ":")) else { throw error(.unexpectedByte) }
      guard members.updateValue(try parseValue(depth: depth), forKey: name) == nil else {
        throw JSONError(code: .duplicateName, offset: start)
      }
      if try skip(UInt8(ascii: "}")) { return .object(members) }
      guard try skip(UInt8(ascii: ",")) else { throw error(.unexpectedByte) }
    }
  }

  private mutating func parseArray(depth: Int) throws(JSONError) -> JSONValue {
    guard depth <= maximumDepth else { throw error(.tooDeep) }
    position += 1
    var elements: [JSONValue] = []
    if try skip(UInt8(ascii: "]")) { return .array(elements) }
    while true {
      elements.append(try parseValue(depth: depth))
      if try skip(UInt8(ascii: "]")) { return .array(elements) }
      guard try skip(UInt8(ascii: ",")) else { throw error(.unexpectedByte) }
    }
  }

  private mutating func parseWord(_ word: StaticString, _ value: JSONValue) throws(JSONError) -> JSONValue {
    for offset in 0..<word.utf8CodeUnitCount {
      guard try peek() == word.withUTF8Buffer({ $0[offset] }) else { throw error(.unexpectedByte) }
      position += 1
    }
    return value
  }

  private mutating func parseNumber() throws(JSONError) -> Double {
    let start = position
    if try peek() == UInt8(ascii: "-") { position += 1 }
    let integerDigits = skipDigits()
    let leadingZero = integerDigits > 1 && bytes[position - integerDigits] == UInt8(ascii: "0")
    guard integerDigits > 0, !leadingZero else { throw JSONError(code: .invalidNumber, offset: start) }
    if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
      position += 1
      guard skipDigits() > 0 else { throw JSONError(code: .invalidNumber, offset: start) }
    }
    if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
      position += 1
      if position < bytes.count, [UInt8(ascii: "+"), UInt8(ascii: "-")].contains(bytes[position]) { position += 1 }
      guard skipDigits() > 0 else { throw JSONError(code: .invalidNumber, offset: start) }
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    guard let value = Double(text), value.magnitude < 0x1p53 else {
      throw JSONError(code: .invalidNumber, offset: start)
    }
    return value
  }

  private mutating func parseString() throws(JSONError) -> String {
    let start = position
    position += 1
    var text: [UInt8] = []
    while true {
      // Most strings are one run of bytes that stand for themselves.
      let run = position
      while position < bytes.count, bytes[position].standsForItself { position += 1 }
      text.append(contentsOf: bytes[run..<position])
      let byte = try peek()
      position += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let string = String(validating: text, as: UTF8.self) else {
          throw JSONError(code: .invalidString, offset: start)
        }
        return string
      case UInt8(ascii: "\\"): try parseEscape(into: &text)
      default: throw JSONError(code: .invalidString, offset: position - 1)
      }
    }
  }

  private mutating func parseEscape(into text: inout [UInt8]) throws(JSONError) {
    let byte = try peek()
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0C)
    case UInt8(ascii: "n"): text.append(0x0A)
    case UInt8(ascii: "r"): text.append(0x0D)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "u"): text.append(contentsOf: String(try parseEscapedScalar()).utf8)
    default: throw JSONError(code: .invalidString, offset: position - 1)
    }
  }

  private mutating func parseEscapedScalar() throws(JSONError) -> Unicode.Scalar {
    let start = position
    let unit = try parseHexadecimal()
    if let scalar = Unicode.Scalar(unit) { return scalar }
    guard (0xD800..<0xDC00).contains(unit), try peek() == UInt8(ascii: "\\") else {
      throw JSONError(code: .invalidString, offset: start)
    }
    position += 1
    guard try peek() == UInt8(ascii: "u") else { throw JSONError(code: .invalidString, offset: start) }
    position += 1
    let low = try parseHexadecimal()
    guard (0xDC00..<0xE000).contains(low),
      let scalar = Unicode.Scalar(0x10000 + (UInt32(unit) - 0xD800) << 10 + (UInt32(low) - 0xDC00))
    else { throw JSONError(code: .invalidString, offset: start) }
    return scalar
  }

  private mutating func parseHexadecimal() throws(JSONError) -> UInt16 {
    var unit: UInt16 = 0
    for _ in 0..<4 {
      guard let digit = Character(Unicode.Scalar(try peek())).hexDigitValue else { throw error(.invalidString) }
      unit = unit << 4 | UInt16(digit)
      position += 1
    }
    return unit
  }

  private mutating func skipDigits() -> Int {
    let start = position
    while position < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[position]) { position += 1 }
    return position - start
  }

  private mutating func skip(_ byte: UInt8) throws(JSONError) -> Bool {
    skipWhitespace()
    guard try peek() == byte else { return false }
    position += 1
    return true
  }

  private mutating func skipWhitespace() {
    while position < bytes.count {
      switch bytes[position] {
      case 0x20, 0x09, 0x0A, 0x0D: position += 1
      default: return
      }
    }
  }

  private func peek() throws(JSONError) -> UInt8 {
    guard position < bytes.count else { throw error(.unexpectedEnd) }
    return bytes[position]
  }

  private func error(_ code: JSONError.Code) -> JSONError { JSONError(code: code, offset: position) }
}

extension UInt8 {
  /// Whether a string may hold the byte as it is.
  fileprivate var standsForItself: Bool { self >= 0x20 && self != UInt8(ascii: "\"") && self != UInt8(ascii: "\\") }
}

extension JSONValue {
  /// Parses one JSON text (RFC 8259), strictly: no duplicate names, no unpaired surrogates, no number
  /// beyond ±(2^53 − 1).
  /// - Parameters:
  ///   - bytes: UTF-8, without a byte order mark.
  ///   - maximumLength: the most bytes allowed, 1 MiB unless told; checked before anything is parsed.
  ///   - maximumDepth: the deepest nesting of arrays and objects allowed, 32 unless told.
  /// - Throws: ``JSONError`` with the place and the cause.
  public init(parsing bytes: [UInt8], maximumLength: Int = 1 << 20, maximumDepth: Int = 32) throws(JSONError) {
    guard bytes.count <= maximumLength else { throw JSONError(code: .tooLong, offset: maximumLength) }
    var parser = JSONParser(bytes, maximumDepth: maximumDepth)
    self = try parser.parseText()
  }
}
