public import FoundationEssentials

/// What a revocation did.
public struct KeyRevocation: Sendable, Equatable {
  /// How many rows can't be read any more.
  public let rowsErased: Int64
  /// The rewrap job of the version that took the place of an active one; nil where a retired one was revoked.
  public let leaseID: UUID?

  /// Takes the members as they are.
  public init(rowsErased: Int64, leaseID: UUID?) {
    self.rowsErased = rowsErased
    self.leaseID = leaseID
  }
}
