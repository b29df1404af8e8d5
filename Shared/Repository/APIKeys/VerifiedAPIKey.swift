public import FoundationEssentials

/// What a presented API key was found to be.
public struct VerifiedAPIKey: Sendable, Equatable {
  /// The key's public part.
  public let id: String
  /// Whose data it opens.
  public let tenantID: UUID
  /// What it may be used for.
  public let scopes: Set<APIKeyScope>
  /// Until when, if not for ever.
  public let expiresAt: Date?

  /// Takes the members as they are.
  public init(id: String, tenantID: UUID, scopes: Set<APIKeyScope>, expiresAt: Date? = nil) {
    self.id = id
    self.tenantID = tenantID
    self.scopes = scopes
    self.expiresAt = expiresAt
  }
}
