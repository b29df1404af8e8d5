public import FoundationEssentials

/// What is kept of an API key, for those who manage the tenant's: never its secret.
public struct StoredAPIKey: Sendable, Equatable {
  /// The key's public part.
  public let id: String
  /// For people; 1 to 255 characters.
  public let name: String
  /// What it may be used for; nil for everything, also what comes later.
  public let scopes: Set<APIKeyScope>?
  /// When it was made.
  public let createdAt: Date
  /// Until when it is good, if not for ever.
  public let expiresAt: Date?
  /// When it was last used, a minute more or less; nil for never.
  public var lastUsedAt: Date?
  /// Since when it is good for nothing, if it was revoked.
  public var revokedAt: Date?

  /// Takes the members of a key that hasn't been used yet.
  public init(id: String, name: String, scopes: Set<APIKeyScope>? = nil, createdAt: Date, expiresAt: Date? = nil) {
    self.id = id
    self.name = name
    self.scopes = scopes
    self.createdAt = createdAt
    self.expiresAt = expiresAt
  }
}
