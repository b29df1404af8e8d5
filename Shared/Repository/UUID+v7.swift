public import Cryptography
public import FoundationEssentials

extension UUID {
  /// A UUID of version 7 (RFC 9562 §5.7): 48 bits of milliseconds, then 74 random bits.
  ///
  /// Ids that grow with time keep a tenant's newest rows on the same pages of an index.
  public static func v7(at time: Date, random: RandomSource = .system) -> UUID {
    var bytes = random.bytes(16)
    let milliseconds = UInt64(max(0, (time.timeIntervalSince1970 * 1000).rounded()))
    for index in 0..<6 { bytes[index] = UInt8(truncatingIfNeeded: milliseconds >> (40 - 8 * UInt64(index))) }
    bytes[6] = bytes[6] & 0x0F | 0x70
    bytes[8] = bytes[8] & 0x3F | 0x80
    return UUID(bytes: bytes)
  }

  /// The smallest: below every id of a row.
  static let lowest = UUID(bytes: [UInt8](repeating: 0, count: 16))
  /// The greatest: above every id of a row.
  static let highest = UUID(bytes: [UInt8](repeating: 0xFF, count: 16))

  /// Sixteen bytes in network order.
  init(bytes: [UInt8]) {
    precondition(bytes.count == 16, "a UUID has 16 bytes")
    self = bytes.withUnsafeBytes { UUID(uuid: $0.loadUnaligned(as: uuid_t.self)) }
  }

  /// Sixteen bytes in network order.
  var bytes: [UInt8] { withUnsafeBytes(of: uuid) { [UInt8]($0) } }
}
