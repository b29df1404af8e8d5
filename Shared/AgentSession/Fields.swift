/// Fields as one byte string that no other list of fields has: each is its length in 4 bytes, big-endian, and its UTF-8;
/// null has the length 0xFFFFFFFF and no bytes.
enum Fields {
  static func encode(_ fields: [String?]) -> [UInt8] {
    fields.flatMap { field -> [UInt8] in
      guard let field else { return length(.max) }
      return length(UInt32(field.utf8.count)) + Array(field.utf8)
    }
  }

  private static func length(_ count: UInt32) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: count >> UInt32($0)) }
  }
}
