public import FoundationEssentials

extension String: PostgresDecodable {
  /// Reads text, varchar, char, name, json, jsonb or a label of an enumeration.
  public static func decode(_ bytes: RawSpan, of type: PostgresType) throws(PostgresDecodingFailure) -> String {
    let isText = [.text, .varchar, .bpchar, .name, .char, .json, .unknown].contains(type) || type.isUserDefined
    guard isText || type == .jsonb else { throw .typeMismatch }
    let text = bytes.extracting(type == .jsonb ? try bytes.jsonbTextRange() : bytes.byteOffsets)
    // No text in Postgres holds a NUL, but a composite's binary format does.
    guard let string = unsafe text.withUnsafeBytes({ unsafe String(validating: $0, as: UTF8.self) }),
      !string.utf8.contains(0)
    else { throw .malformed }
    return string
  }
}

extension UUID: PostgresDecodable {
  /// Reads uuid.
  public static func decode(_ bytes: RawSpan, of type: PostgresType) throws(PostgresDecodingFailure) -> UUID {
    guard type == .uuid else { throw .typeMismatch }
    guard bytes.byteCount == 16 else { throw .malformed }
    return UUID(uuid: unsafe bytes.unsafeLoadUnaligned(as: uuid_t.self))
  }
}

extension PostgresTimestamp: PostgresDecodable {
  /// Reads timestamptz, timestamp as UTC, or date as its first moment in UTC.
  public static func decode(
    _ bytes: RawSpan, of type: PostgresType
  ) throws(PostgresDecodingFailure) -> PostgresTimestamp {
    switch type {
    case .timestamptz, .timestamp:
      guard let microseconds = bytes.exactly(Int64.self) else { throw .malformed }
      return PostgresTimestamp(rawValue: microseconds)
    case .date:
      guard let days = bytes.exactly(Int32.self) else { throw .malformed }
      let (microseconds, overflow) = Int64(days).multipliedReportingOverflow(by: 86_400_000_000)
      return PostgresTimestamp(rawValue: overflow || days == .max ? .max : days == .min ? .min : microseconds)
    default: throw .typeMismatch
    }
  }
}

extension Date: PostgresDecodable {
  /// Reads timestamptz, timestamp as UTC, or date as its first moment in UTC; an infinity is out of range.
  public static func decode(_ bytes: RawSpan, of type: PostgresType) throws(PostgresDecodingFailure) -> Date {
    guard let date = try PostgresTimestamp.decode(bytes, of: type).date else { throw .outOfRange }
    return date
  }
}

extension PostgresRowLocation: PostgresDecodable {
  /// Reads tid, as of a `ctid` column.
  public static func decode(
    _ bytes: RawSpan, of type: PostgresType
  ) throws(PostgresDecodingFailure) -> PostgresRowLocation {
    guard type == .tid else { throw .typeMismatch }
    guard bytes.byteCount == 6, let block: UInt32 = bytes.bigEndian(at: 0), let offset: UInt16 = bytes.bigEndian(at: 4)
    else { throw .malformed }
    return PostgresRowLocation(block: block, offset: offset)
  }
}

extension RawSpan {
  /// Where the text of a jsonb stands: behind a version (jsonb_send, jsonb.c).
  func jsonbTextRange() throws(PostgresDecodingFailure) -> Range<Int> {
    guard bigEndian(at: 0, as: UInt8.self) == 1 else { throw .malformed }
    return 1..<byteCount
  }
}
