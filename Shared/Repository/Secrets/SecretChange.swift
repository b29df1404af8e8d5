public import FoundationEssentials

/// What is to become of a secret's settings; what isn't named stays.
public struct SecretChange: Sendable, Equatable {
  /// The name, unique in the tenant.
  public let name: Update<String>
  /// The collection that it is filed under; nil for none.
  public let collectionID: Update<UUID?>
  /// When it expires; nil for never.
  public let expiresAt: Update<Date?>
  /// Whether an expired value is withheld, not only reported.
  public let isExpiryStrict: Update<Bool>

  /// Takes the members as they are.
  public init(
    name: Update<String> = .keep, collectionID: Update<UUID?> = .keep, expiresAt: Update<Date?> = .keep,
    isExpiryStrict: Update<Bool> = .keep
  ) {
    self.name = name
    self.collectionID = collectionID
    self.expiresAt = expiresAt
    self.isExpiryStrict = isExpiryStrict
  }
}
