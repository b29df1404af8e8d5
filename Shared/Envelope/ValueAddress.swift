public import FoundationEssentials

/// Where a sealed value belongs; the envelope opens nowhere else.
public struct ValueAddress: Hashable, Sendable {
  /// The tenant that owns the value.
  public let tenantID: UUID
  /// The table that the value stands in.
  public let table: TableTag
  /// The row that the value stands in.
  public let rowID: UUID
  /// The version of the value, so that an old one can't be put back.
  public let valueVersion: UInt32

  /// Creates an address.
  public init(tenantID: UUID, table: TableTag, rowID: UUID, valueVersion: UInt32) {
    self.tenantID = tenantID
    self.table = table
    self.rowID = rowID
    self.valueVersion = valueVersion
  }
}

extension ValueAddress {
  /// The length of the address as additional data: tenant 16, table 1, row 16, value version 4.
  static let byteCount = 37

  /// Overwrites the last ``byteCount`` bytes of an array with the address, big-endian.
  func writeSuffix(of bytes: inout [UInt8]) {
    bytes.withUnsafeMutableBytes { bytes in
      let suffix = UnsafeMutableRawBufferPointer(rebasing: bytes.suffix(Self.byteCount))
      suffix.storeBytes(of: tenantID.uuid, as: uuid_t.self)
      suffix.storeBytes(of: table.rawValue, toByteOffset: 16, as: UInt8.self)
      suffix.storeBytes(of: rowID.uuid, toByteOffset: 17, as: uuid_t.self)
      suffix.storeBytes(of: valueVersion.bigEndian, toByteOffset: 33, as: UInt32.self)
    }
  }
}
