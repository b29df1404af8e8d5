/// A value in a message's headers or a queue's arguments (AMQP 0-9-1 §4.2.5.5, the types that RabbitMQ uses).
public enum AMQPHeaderValue: Hashable, Sendable {
  /// Text, at most 32 KiB when sent.
  case string(String)
  /// Any integer; sent as 64 bits.
  case int(Int64)
  /// A truth value.
  case bool(Bool)
  /// A floating-point number.
  case double(Double)
  /// A list.
  case array([AMQPHeaderValue])
  /// Named values.
  case table([String: AMQPHeaderValue])
}

extension AMQPHeaderValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral {
  /// Creates `.string`.
  public init(stringLiteral value: String) { self = .string(value) }
  /// Creates `.int`.
  public init(integerLiteral value: Int64) { self = .int(value) }
  /// Creates `.bool`.
  public init(booleanLiteral value: Bool) { self = .bool(value) }
}

extension AMQPHeaderValue {
  /// The text, if this is `.string`.
  public var stringValue: String? {
    guard case .string(let value) = self else { return nil }
    return value
  }

  /// The integer, if this is `.int`.
  public var intValue: Int64? {
    guard case .int(let value) = self else { return nil }
    return value
  }

  /// An upper bound of the bytes that the encoded value takes, and nil if it's nested deeper than 8.
  func encodedSize(depth: Int = 0) -> Int? {
    guard depth <= Self.maximumDepth else { return nil }
    switch self {
    case .string(let text): return 5 + text.utf8.count
    case .int, .double: return 9
    case .bool: return 2
    case .array(let values):
      return values.reduce(Optional(5)) { total, value in
        total.flatMap { total in value.encodedSize(depth: depth + 1).map { total + $0 } }
      }
    case .table(let values):
      return values.reduce(Optional(5)) { total, entry in
        total.flatMap { total in
          entry.value.encodedSize(depth: depth + 1).map { total + 1 + entry.key.utf8.count + $0 }
        }
      }
    }
  }

  static let maximumDepth = 8
}
