/// What is to be revoked, and how much of a loss is meant.
public struct KeyRevocationOrder: Sendable, Equatable {
  /// The version.
  public let version: Int32
  /// Whether rows that it wrapped, and the active version, may be lost: cryptographic erasure.
  public let erases: Bool
  /// The tenant's slug, as whoever gives the order typed it.
  public let confirmation: String
  /// Who gives it.
  public let actorID: String

  /// Takes the members as they are.
  public init(version: Int32, erases: Bool, confirmation: String, actorID: String) {
    self.version = version
    self.erases = erases
    self.confirmation = confirmation
    self.actorID = actorID
  }
}
