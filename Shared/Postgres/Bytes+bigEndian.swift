import FoundationEssentials

extension [UInt8] {
  /// Appends an integer in network order.
  mutating func append<Integer: FixedWidthInteger>(bigEndian value: Integer) {
    var shift = Integer.bitWidth
    while shift > 0 {
      shift -= 8
      append(UInt8(truncatingIfNeeded: value >> shift))
    }
  }

  /// Overwrites the bytes at an index with an integer in network order.
  mutating func replace<Integer: FixedWidthInteger>(bigEndian value: Integer, at index: Int) {
    for position in 0..<Integer.bitWidth / 8 {
      self[index + position] = UInt8(truncatingIfNeeded: value >> (Integer.bitWidth - 8 * (position + 1)))
    }
  }

  /// Appends a UUID's sixteen bytes.
  mutating func append(uuid: UUID) {
    unsafe Swift.withUnsafeBytes(of: uuid.uuid) { unsafe append(contentsOf: $0) }
  }
}

extension RawSpan {
  /// The integer in network order at an offset, or nil past the end.
  func bigEndian<Integer: FixedWidthInteger & BitwiseCopyable>(at offset: Int, as type: Integer.Type = Integer.self)
    -> Integer?
  {
    let size = Integer.bitWidth / 8
    guard offset >= 0, offset <= byteCount - size else { return nil }
    return Integer(bigEndian: unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: Integer.self))
  }
}
