/// A type that can be read from a cell in Postgres's binary format.
public protocol PostgresDecodable {
  /// What NULL reads as; nil, the default, makes NULL an error.
  static var valueForNull: Self? { get }

  /// Reads a cell that is not NULL.
  /// - Parameters:
  ///   - bytes: the cell in binary format, from the server and not to be trusted to have the right length.
  ///   - type: the column's type, or an array's elements' type.
  static func decode(_ bytes: RawSpan, of type: PostgresType) throws(PostgresDecodingFailure) -> Self
}

extension PostgresDecodable {
  /// Nil: NULL is an error.
  public static var valueForNull: Self? { nil }
}

/// Why a cell can't be read as a type.
public enum PostgresDecodingFailure: Error, Sendable, Hashable {
  /// The cell is NULL, the type not optional.
  case null
  /// The column's type does not convert to the type asked for without loss.
  case typeMismatch
  /// The bytes are not what the column's type prescribes.
  case malformed
  /// The value doesn't fit the type asked for.
  case outOfRange

  var description: String {
    switch self {
    case .null: "it is NULL"
    case .typeMismatch: "the types do not match"
    case .malformed: "the bytes are malformed"
    case .outOfRange: "the value is out of range"
    }
  }
}

extension Optional: PostgresDecodable where Wrapped: PostgresDecodable {
  /// NULL reads as nil.
  public static var valueForNull: Wrapped?? { .some(nil) }

  /// Reads a cell that is not NULL as the wrapped type.
  public static func decode(_ bytes: RawSpan, of type: PostgresType) throws(PostgresDecodingFailure) -> Wrapped? {
    try Wrapped.decode(bytes, of: type)
  }
}
