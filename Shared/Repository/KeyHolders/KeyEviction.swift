public import FoundationEssentials

/// What a process that may hold keys has done about an event that demands that it drop them.
public struct KeyEviction: Sendable, Equatable {
  /// Which process.
  public let holderID: UUID
  /// The name of its service.
  public let service: String
  /// When it had dropped them, by the database's clock; nil while it hasn't said so.
  public let evictedAt: Date?

  /// Takes the members as they are.
  public init(holderID: UUID, service: String, evictedAt: Date?) {
    self.holderID = holderID
    self.service = service
    self.evictedAt = evictedAt
  }
}
