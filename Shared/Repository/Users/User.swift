public import FoundationEssentials

/// A person who signs in with a password.
public struct User: Sendable, Equatable {
  /// UUIDv7; the subject of the person's tokens, and so the actor of what they do in the audit chain.
  public let id: UUID
  /// The one tenant they belong to.
  public let tenantID: UUID
  /// What they sign in by; nobody else's in any tenant.
  public let email: EmailAddress
  /// What they may do.
  public let role: UserRole
  /// When they were created.
  public let createdAt: Date
  /// Since when they can't sign in; nil while they can.
  public internal(set) var disabledAt: Date?
  /// Whether they have an authenticator that is confirmed, and so can step up.
  public internal(set) var hasAuthenticator = false

  /// Takes the members as they are.
  public init(id: UUID, tenantID: UUID, email: EmailAddress, role: UserRole, createdAt: Date) {
    self.id = id
    self.tenantID = tenantID
    self.email = email
    self.role = role
    self.createdAt = createdAt
  }
}
