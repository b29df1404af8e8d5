public import FoundationEssentials

/// What a rewrap reads of a row.
public struct WrappedRow: Sendable, Equatable {
  /// The row.
  public let id: UUID
  /// The version of its value, which the envelope is bound to.
  public let valueVersion: Int32
  /// The version of the tenant master key that wrapped its data encryption key.
  public let keyVersion: Int32
  /// The wrapped data encryption key.
  public let wrappedKey: [UInt8]
}

/// What a rewrap made of a row.
public enum RewrappedRow: Sendable, Equatable {
  /// The data encryption key under the target version.
  case rewrapped([UInt8])
  /// The row can't be unwrapped: why, in one word.
  case failed(String)
}
