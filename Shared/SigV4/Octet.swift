/// The classes of ASCII that RFC 3986 and RFC 9110 speak of.
extension UInt8 {
  static let tab = UInt8(ascii: "\t")
  static let newline = UInt8(ascii: "\n")
  static let space = UInt8(ascii: " ")
  static let hash = UInt8(ascii: "#")
  static let percent = UInt8(ascii: "%")
  static let ampersand = UInt8(ascii: "&")
  static let comma = UInt8(ascii: ",")
  static let slash = UInt8(ascii: "/")
  static let colon = UInt8(ascii: ":")
  static let semicolon = UInt8(ascii: ";")
  static let equals = UInt8(ascii: "=")
  static let questionMark = UInt8(ascii: "?")
  static let underscore = UInt8(ascii: "_")

  var isUppercase: Bool { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self) }
  var isLowercase: Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self) }
  var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
  var isAlphanumeric: Bool { isUppercase || isLowercase || isDigit }
  var isControl: Bool { self < 0x20 || self == 0x7F }
  var isBlank: Bool { self == .space || self == .tab }

  /// RFC 3986 section 2.3: what is never percent-encoded.
  var isUnreserved: Bool {
    switch self {
    case UInt8(ascii: "-"), UInt8(ascii: "."), .underscore, UInt8(ascii: "~"): true
    default: isAlphanumeric
    }
  }

  /// RFC 9110 section 5.6.2: what a header's name consists of.
  var isTokenCharacter: Bool {
    switch self {
    case UInt8(ascii: "!"), .hash, UInt8(ascii: "$"), .percent, .ampersand, UInt8(ascii: "'"), UInt8(ascii: "*"),
      UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "^"), .underscore, UInt8(ascii: "`"),
      UInt8(ascii: "|"), UInt8(ascii: "~"):
      true
    default: isAlphanumeric
    }
  }
}
