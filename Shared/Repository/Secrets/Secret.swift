public import FoundationEssentials

/// A named secret of a tenant; its values, one an environment, are stored apart and encrypted.
public struct Secret: Sendable, Equatable {
  /// UUIDv7.
  public let id: UUID
  /// Unique in the tenant; spaces are underscores.
  public let name: String
  /// `string`, `api_key`, `basic_auth`, `custom`, `oauth2_token` or `certificate`.
  public let type: String
  /// The environment whose value stands in where another has none.
  public let baseEnvironment: String
  /// The collection it was filed under, if any.
  public let collectionID: UUID?
  /// When it expires, if ever.
  public let expiresAt: Date?
  /// Whether an expired value is withheld, not only reported.
  public let isExpiryStrict: Bool
  /// When it was created.
  public let createdAt: Date

  /// Takes the members as they are.
  public init(
    id: UUID, name: String, type: String, baseEnvironment: String, collectionID: UUID?, expiresAt: Date?,
    isExpiryStrict: Bool, createdAt: Date
  ) {
    self.id = id
    self.name = name
    self.type = type
    self.baseEnvironment = baseEnvironment
    self.collectionID = collectionID
    self.expiresAt = expiresAt
    self.isExpiryStrict = isExpiryStrict
    self.createdAt = createdAt
  }

  /// The value of a secret in one environment, as far as it may be shown.
  public struct Environment: Sendable, Equatable {
    /// Its name.
    public let name: String
    /// From 1; moves on each write of the value, never on a rewrap.
    public let valueVersion: Int32
    /// When the value was written.
    public let updatedAt: Date
    /// The value's own expiry, if it has one.
    public let expiresAt: Date?
  }
}
