public import FoundationEssentials

/// An agent that proved its credential, from its own machine.
public struct AuthenticatedAgent: Sendable, Equatable {
  /// Whose.
  public let tenantID: UUID
  /// Which.
  public let id: UUID

  /// Takes the members as they are.
  public init(tenantID: UUID, id: UUID) {
    self.tenantID = tenantID
    self.id = id
  }
}
