extension PostgresDecodable where Self: FixedWidthInteger {
  /// Reads smallint, integer, bigint or oid, if the value fits.
  public static func decode(_ bytes: RawSpan, of type: PostgresType) throws(PostgresDecodingFailure) -> Self {
    let wide: Int64? =
      switch type {
      case .int2: bytes.exactly(Int16.self).map(Int64.init)
      case .int4: bytes.exactly(Int32.self).map(Int64.init)
      case .int8: bytes.exactly(Int64.self)
      case .oid: bytes.exactly(UInt32.self).map(Int64.init)
      default: throw .typeMismatch
      }
    guard let wide else { throw .malformed }
    guard let value = Self(exactly: wide) else { throw .outOfRange }
    return value
  }
}

extension Int16: PostgresDecodable {}
extension Int32: PostgresDecodable {}
extension Int64: PostgresDecodable {}
extension Int: PostgresDecodable {}

extension Double: PostgresDecodable {
  /// Reads double precision or real.
  public static func decode(_ bytes: RawSpan, of type: PostgresType) throws(PostgresDecodingFailure) -> Double {
    let value: Double? =
      switch type {
      case .float8: bytes.exactly(UInt64.self).map(Double.init(bitPattern:))
      case .float4: bytes.exactly(UInt32.self).map { Double(Float(bitPattern: $0)) }
      default: throw .typeMismatch
      }
    guard let value else { throw .malformed }
    return value
  }
}

extension Bool: PostgresDecodable {
  /// Reads boolean.
  public static func decode(_ bytes: RawSpan, of type: PostgresType) throws(PostgresDecodingFailure) -> Bool {
    guard type == .bool else { throw .typeMismatch }
    switch bytes.exactly(UInt8.self) {
    case 0: return false
    case 1: return true
    default: throw .malformed
    }
  }
}

extension RawSpan {
  /// The integer in network order that the span is, or nil if it has another length.
  func exactly<Integer: FixedWidthInteger & BitwiseCopyable>(_: Integer.Type) -> Integer? {
    byteCount == Integer.bitWidth / 8 ? bigEndian(at: 0) : nil
  }
}
