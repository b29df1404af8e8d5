public import FoundationEssentials

/// A call that its client may repeat without its happening again.
public struct IdempotentCall: Sendable, Equatable {
  /// Whose data it changes.
  public let tenantID: UUID
  /// Who calls: keys of different callers have nothing to do with each other.
  public let principal: String
  /// Stands for the key; 32 bytes that don't tell it.
  public let keyCode: [UInt8]
  /// Stands for the whole request; 32 bytes that don't tell it.
  public let requestCode: [UInt8]

  /// Takes the members as they are.
  public init(tenantID: UUID, principal: String, keyCode: [UInt8], requestCode: [UInt8]) {
    self.tenantID = tenantID
    self.principal = principal
    self.keyCode = keyCode
    self.requestCode = requestCode
  }
}
