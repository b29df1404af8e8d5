/// One header field of a request or a response (RFC 9110, section 5).
public struct HTTPHeader: Sendable, Hashable {
  /// The field's name; compared without regard to case, sent as written.
  public var name: String

  /// The field's value, without surrounding white space.
  public var value: String

  /// Creates a field; it is checked when the request is sent.
  public init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }
}

extension HTTPHeader {
  /// Whether the name is a token and the value has neither control characters nor bytes beyond ASCII, so that a value
  /// can't end its line and begin a field of its own.
  var isWellFormed: Bool {
    !name.isEmpty && name.utf8.allSatisfy(\.isTokenCharacter)
      && value.utf8.allSatisfy { $0 == UInt8(ascii: "\t") || (0x20..<0x7F).contains($0) }
  }

  /// Whether the field is named so, in any case.
  func isNamed(_ other: String) -> Bool {
    name.lowercased() == other
  }
}

extension UInt8 {
  /// RFC 9110, section 5.6.2: the characters of a token.
  var isTokenCharacter: Bool {
    switch self {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default:
      "!#$%&'*+-.^_`|~".utf8.contains(self)
    }
  }
}
