import FoundationEssentials

/// A statement's parameters laid out as libpq wants them: one block of bytes, and where in it each value stands.
struct ParameterBuffer {
  /// The most that one Bind message may carry (the server's MaxAllocSize, with room for the rest of the message).
  static let sizeLimit = 1 << 30 - 1 << 16

  private(set) var bytes: [UInt8] = []
  /// Where each value stands; nil for NULL.
  private(set) var ranges: [Range<Int>?] = []

  init(_ values: [PostgresValue]) throws(PostgresError) {
    guard values.count <= Int(UInt16.max) else {
      throw PostgresError(.invalidParameters, "a statement takes at most 65535 parameters")
    }
    ranges.reserveCapacity(values.count)
    bytes.reserveCapacity(values.reduce(0) { $0 + Self.sizeHint($1) })
    for value in values {
      let start = bytes.count
      let isNull = !append(value)
      ranges.append(isNull ? nil : start..<bytes.count)
    }
    guard bytes.count <= Self.sizeLimit else {
      throw PostgresError(.invalidParameters, "a statement's parameters take at most 1 GiB")
    }
  }

  private static func sizeHint(_ value: PostgresValue) -> Int {
    switch value {
    case .text(let text): text.utf8.count
    case .bytes(let bytes), .json(let bytes): bytes.count + 1
    case .array(let array): array.bytes.count
    default: 16
    }
  }

  /// Appends the binary format of a value; false, and nothing, for NULL.
  private mutating func append(_ value: PostgresValue) -> Bool {
    switch value {
    case .null: return false
    case .bool(let value): bytes.append(value ? 1 : 0)
    case .int2(let value): bytes.append(bigEndian: value)
    case .int4(let value): bytes.append(bigEndian: value)
    case .int8(let value): bytes.append(bigEndian: value)
    case .float8(let value): bytes.append(bigEndian: value.bitPattern)
    case .text(let value): bytes.append(contentsOf: value.utf8)
    case .bytes(let value): bytes.append(contentsOf: value)
    case .uuid(let value): bytes.append(uuid: value)
    case .timestamp(let value): bytes.append(bigEndian: PostgresTimestamp(value).rawValue)
    case .json(let value):
      bytes.append(1)
      bytes.append(contentsOf: value)
    case .array(let value): bytes.append(contentsOf: value.bytes)
    }
    return true
  }

  /// Calls libpq with the pointers, lengths and formats that it expects; they are good only inside the call.
  func withPointers<Result>(
    _ body: (
      _ values: UnsafePointer<UnsafePointer<CChar>?>?, _ lengths: UnsafePointer<CInt>?, _ formats: UnsafePointer<CInt>?
    ) -> Result
  ) -> Result {
    unsafe bytes.withUnsafeBytes { block in
      let base = unsafe block.baseAddress?.assumingMemoryBound(to: CChar.self)
      // A null pointer means NULL, so an empty value needs some pointer, though nothing is read through it.
      var values: [UnsafePointer<CChar>?] = unsafe []
      unsafe values.reserveCapacity(ranges.count)
      return unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 1) { empty in
        for range in ranges {
          unsafe values.append(
            range.flatMap { unsafe base?.advanced(by: $0.lowerBound) ?? UnsafePointer(empty.baseAddress) })
        }
        let lengths = ranges.map { CInt($0?.count ?? 0) }
        let formats = [CInt](repeating: 1, count: ranges.count)
        return unsafe values.withUnsafeBufferPointer { values in
          unsafe lengths.withUnsafeBufferPointer { lengths in
            unsafe formats.withUnsafeBufferPointer { formats in
              unsafe body(values.baseAddress, lengths.baseAddress, formats.baseAddress)
            }
          }
        }
      }
    }
  }
}
