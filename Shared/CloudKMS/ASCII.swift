extension UInt8 {
  var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
  var isUppercase: Bool { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self) }
  var isLowercase: Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self) }
  var isAlphanumeric: Bool { isDigit || isUppercase || isLowercase }
  var isLowercaseNameCharacter: Bool { isLowercase || isDigit || self == UInt8(ascii: "-") }
  var isBase64Character: Bool { isAlphanumeric || self == UInt8(ascii: "+") || self == UInt8(ascii: "/") }
}
