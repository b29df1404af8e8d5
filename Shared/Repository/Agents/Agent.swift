public import FoundationEssentials

/// A program at the tenant's that is given sessions, and with them the tenant's secrets.
public struct Agent: Sendable, Equatable {
  /// UUIDv7.
  public let id: UUID
  /// What it presents itself by: `agt_…`.
  public let agentID: String
  /// For people; 1 to 255 bytes, not necessarily unique.
  public let name: String
  /// Whether only a build that was verified gets a session.
  public let requiresVerifiedBuild: Bool
  /// When it was created.
  public let createdAt: Date
  /// When its credential was last presented from its own machine.
  public var lastSeenAt: Date?
  /// When it was last given a session.
  public var lastSessionIssuedAt: Date?
  /// When it was revoked, if it was.
  public var revokedAt: Date?
  /// Whether anything ever suggested that its credential left its machine.
  public var hasTamperEvents: Bool

  /// Creates an agent that hasn't been seen yet.
  public init(id: UUID, agentID: String, name: String, requiresVerifiedBuild: Bool, createdAt: Date) {
    self.id = id
    self.agentID = agentID
    self.name = name
    self.requiresVerifiedBuild = requiresVerifiedBuild
    self.createdAt = createdAt
    hasTamperEvents = false
  }
}
