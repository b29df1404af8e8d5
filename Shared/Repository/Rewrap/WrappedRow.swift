public import FoundationEssentials

/// What a rewrap must know of a row to move its data encryption key.
public struct WrappedRow: Sendable, Hashable {
  /// The row.
  public let id: UUID
  /// The version of its value, which the envelope is bound to.
  public let valueVersion: Int32
  /// The version of the tenant master key that wrapped its data encryption key.
  public let keyVersion: Int32
}
