public import FoundationEssentials

/// One sign-in of a person: how long their token is good, unless it is ended before.
public struct UserSession: Sendable, Equatable {
  /// UUIDv7.
  public let id: UUID
  /// When they signed in.
  public let issuedAt: Date
  /// When it ends by itself.
  public let expiresAt: Date

  /// Takes the members as they are.
  public init(id: UUID, issuedAt: Date, expiresAt: Date) {
    self.id = id
    self.issuedAt = issuedAt
    self.expiresAt = expiresAt
  }
}
