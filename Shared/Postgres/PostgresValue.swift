public import FoundationEssentials

/// A statement's parameter, sent in Postgres's binary format with its exact type.
///
/// The type declared is the value's, so write the matching case (`.uuid`, not `.text`, for a uuid column) or a cast in
/// the SQL (`$1::my_enum`). Only ``null`` leaves the type to the server. Integer literals are `bigint`, which compares
/// with and assigns to every integer column; string literals are `text`.
public enum PostgresValue: Sendable {
  /// NULL of whatever type the statement needs there.
  case null
  /// `boolean`.
  case bool(Bool)
  /// `smallint`.
  case int2(Int16)
  /// `integer`.
  case int4(Int32)
  /// `bigint`.
  case int8(Int64)
  /// `double precision`.
  case float8(Double)
  /// `text`, which converts to varchar by itself and to an enumeration with a cast. NUL characters are refused by the server.
  case text(String)
  /// `bytea`.
  case bytes([UInt8])
  /// `uuid`.
  case uuid(UUID)
  /// `timestamptz`, rounded to the microsecond; a date outside Postgres's range becomes `infinity` or `-infinity`.
  case timestamp(Date)
  /// `jsonb`, as UTF-8 text of a JSON document, which the server validates.
  case json([UInt8])
  /// An array of one dimension.
  case array(PostgresArray)

  /// The value, or NULL: `.optional(expiry, as: PostgresValue.timestamp)`.
  public static func optional<Wrapped>(_ value: Wrapped?, as make: (Wrapped) -> PostgresValue) -> PostgresValue {
    value.map(make) ?? .null
  }

  /// The type declared for the parameter.
  var type: PostgresType {
    switch self {
    case .null: .unspecified
    case .bool: .bool
    case .int2: .int2
    case .int4: .int4
    case .int8: .int8
    case .float8: .float8
    case .text: .text
    case .bytes: .bytea
    case .uuid: .uuid
    case .timestamp: .timestamptz
    case .json: .jsonb
    case .array(let array): array.type
    }
  }
}

extension PostgresValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
  ExpressibleByNilLiteral
{
  /// A `text`.
  public init(stringLiteral value: String) { self = .text(value) }

  /// A `bigint`.
  public init(integerLiteral value: Int64) { self = .int8(value) }

  /// A `boolean`.
  public init(booleanLiteral value: Bool) { self = .bool(value) }

  /// NULL.
  public init(nilLiteral: ()) { self = .null }
}

extension PostgresValue: CustomStringConvertible, CustomReflectable {
  /// The type, never the value, so that no parameter reaches a log.
  public var description: String {
    if case .null = self { "NULL" } else { "\(type)" }
  }

  /// Shows what ``description`` shows.
  public var customMirror: Mirror { Mirror(self, children: ["type": description]) }
}
