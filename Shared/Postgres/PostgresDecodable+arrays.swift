public import FoundationEssentials

/// A type whose arrays can be read: of SQL arrays in general, and for bytes of bytea.
public protocol PostgresArrayElement {
  /// Reads a cell that is not NULL as an array of this type.
  static func decodeArray(_ bytes: RawSpan, of type: PostgresType) throws(PostgresDecodingFailure) -> [Self]
}

extension Array: PostgresDecodable where Element: PostgresArrayElement {
  /// Reads a one-dimensional array, or bytea as bytes.
  public static func decode(_ bytes: RawSpan, of type: PostgresType) throws(PostgresDecodingFailure) -> [Element] {
    try Element.decodeArray(bytes, of: type)
  }
}

extension UInt8: PostgresArrayElement {
  /// Reads bytea, or the text of json or jsonb.
  public static func decodeArray(
    _ bytes: RawSpan, of type: PostgresType
  ) throws(PostgresDecodingFailure) -> [UInt8] {
    switch type {
    case .bytea, .json: unsafe bytes.withUnsafeBytes { unsafe [UInt8]($0) }
    case .jsonb: unsafe bytes.extracting(try bytes.jsonbTextRange()).withUnsafeBytes { unsafe [UInt8]($0) }
    default: throw .typeMismatch
    }
  }
}

extension PostgresArrayElement where Self: PostgresDecodable {
  /// Reads a one-dimensional array (`array_recv`, arrayfuncs.c); its lower bound is ignored.
  public static func decodeArray(_ bytes: RawSpan, of type: PostgresType) throws(PostgresDecodingFailure) -> [Self] {
    guard let dimensions: Int32 = bytes.bigEndian(at: 0), let element: UInt32 = bytes.bigEndian(at: 8) else {
      throw .malformed
    }
    let elementType = PostgresType(rawValue: element)
    guard type.isArray(of: elementType) else { throw .typeMismatch }
    if dimensions == 0 {
      guard bytes.byteCount == 12 else { throw .malformed }
      return []
    }
    guard dimensions == 1 else { throw .typeMismatch }
    // Each element takes four bytes at least, so a false count can't make this reserve more than the cell holds.
    guard let count: Int32 = bytes.bigEndian(at: 12), count >= 0, count <= (bytes.byteCount - 20) / 4 else {
      throw .malformed
    }
    var elements: [Self] = []
    elements.reserveCapacity(Int(count))
    var offset = 20
    for _ in 0..<count {
      guard let length: Int32 = bytes.bigEndian(at: offset) else { throw .malformed }
      offset += 4
      guard length >= 0 else {
        guard length == -1 else { throw .malformed }
        guard let value = valueForNull else { throw .null }
        elements.append(value)
        continue
      }
      guard Int(length) <= bytes.byteCount - offset else { throw .malformed }
      elements.append(try decode(bytes.extracting(offset..<offset + Int(length)), of: elementType))
      offset += Int(length)
    }
    guard offset == bytes.byteCount else { throw .malformed }
    return elements
  }
}

extension Int16: PostgresArrayElement {}
extension Int32: PostgresArrayElement {}
extension Int64: PostgresArrayElement {}
extension Int: PostgresArrayElement {}
extension Double: PostgresArrayElement {}
extension Bool: PostgresArrayElement {}
extension String: PostgresArrayElement {}
extension UUID: PostgresArrayElement {}
extension Date: PostgresArrayElement {}
extension PostgresRowLocation: PostgresArrayElement {}
extension Array: PostgresArrayElement where Element == UInt8 {}
extension Optional: PostgresArrayElement where Wrapped: PostgresDecodable {}
