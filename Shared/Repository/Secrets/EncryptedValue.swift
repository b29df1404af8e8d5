public import FoundationEssentials

/// A stored value: its address, which the envelopes' additional authenticated data repeat, and the two envelopes.
public struct EncryptedValue: Sendable, Equatable {
  /// The row; UUIDv7.
  public let id: UUID
  /// From 1; moves on each write of the value.
  public let valueVersion: Int32
  /// The version of the tenant master key that wrapped the data encryption key.
  public let keyVersion: Int32
  /// The data encryption key: an envelope of kind 1, 69 bytes.
  public let wrappedKey: [UInt8]
  /// The value: an envelope of kind 2.
  public let payload: [UInt8]

  /// Takes the members as they are.
  public init(id: UUID, valueVersion: Int32, keyVersion: Int32, wrappedKey: [UInt8], payload: [UInt8]) {
    self.id = id
    self.valueVersion = valueVersion
    self.keyVersion = keyVersion
    self.wrappedKey = wrappedKey
    self.payload = payload
  }
}
