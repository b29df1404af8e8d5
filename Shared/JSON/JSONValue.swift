/// A JSON text as a value (RFC 8259), for input that no type may be assumed of.
///
/// This module parses JSON from hostile senders within bounds, and writes the canonical form of RFC 8785 that is hashed
/// into the audit chain. Messages between our own services are `Codable` types and don't need it.
public enum JSONValue: Sendable, Hashable {
  /// `null`.
  case null
  /// `true` or `false`.
  case bool(Bool)
  /// A binary64 within ±(2^53 − 1), so that integers are exact (I-JSON, RFC 7493 §2.2).
  case number(Double)
  /// A string of Unicode scalar values; unpaired surrogates don't parse.
  case string(String)
  /// An array.
  case array([JSONValue])
  /// An object; the order of its members carries no meaning and isn't kept.
  case object([String: JSONValue])
}

extension JSONValue {
  /// The member of an object, or nil where there is none or this is not an object.
  public subscript(_ name: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members[name]
  }

  /// The string, or nil where this is something else.
  public var string: String? {
    guard case .string(let value) = self else { return nil }
    return value
  }

  /// The boolean, or nil where this is something else.
  public var bool: Bool? {
    guard case .bool(let value) = self else { return nil }
    return value
  }

  /// The integer, or nil where this is something else or has a fraction.
  public var integer: Int? {
    guard case .number(let value) = self else { return nil }
    return Int(exactly: value)
  }

  /// What this is, in the words of an error message: `a string`, `an object`, …
  public var kind: String {
    switch self {
    case .null: "null"
    case .bool: "a boolean"
    case .number: "a number"
    case .string: "a string"
    case .array: "an array"
    case .object: "an object"
    }
  }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByNilLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  /// Writes a string value as a literal.
  public init(stringLiteral value: String) { self = .string(value) }
  /// Writes a boolean value as a literal.
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  /// Writes an integer value as a literal; within ±(2^53 − 1).
  public init(integerLiteral value: Int) { self = .number(Double(value)) }
  /// Writes null as a literal.
  public init(nilLiteral: ()) { self = .null }
  /// Writes an array as a literal.
  public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  /// Writes an object as a literal; a name that comes twice traps.
  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    self = .object(Dictionary(uniqueKeysWithValues: elements))
  }
}
