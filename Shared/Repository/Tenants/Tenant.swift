public import FoundationEssentials

/// One customer.
public struct Tenant: Sendable, Equatable {
  /// UUIDv7.
  public let id: UUID
  /// Lowercase letters, digits and hyphens, 1 to 63; unique.
  public let slug: String
  /// For people; 1 to 200 characters.
  public let name: String

  /// Takes the members as they are.
  public init(id: UUID, slug: String, name: String) {
    self.id = id
    self.slug = slug
    self.name = name
  }
}
