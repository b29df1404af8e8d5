public import FoundationEssentials

/// A session about to be issued.
public struct NewSession: Sendable, Equatable {
  /// UUIDv7.
  public let id: UUID
  /// The key's public id.
  public let keyID: String
  /// The version that was active when the bundle was made: it must still be.
  public let activeVersion: Int32
  /// The other versions under which the bundle's values were: none may be revoked by now.
  public let openedVersions: Set<Int32>
  /// Where its window begins.
  public let issuedAt: Date
  /// Where its window ends.
  public let expiresAt: Date
  /// The request's nonce; 16 to 128 characters.
  public let nonce: String
  /// From when on the request's timestamp alone has a replay refused, so that the nonce needn't be kept.
  public let nonceExpiresAt: Date

  /// Takes the members as they are.
  public init(
    id: UUID, keyID: String, activeVersion: Int32, openedVersions: Set<Int32>, issuedAt: Date, expiresAt: Date,
    nonce: String, nonceExpiresAt: Date
  ) {
    self.id = id
    self.keyID = keyID
    self.activeVersion = activeVersion
    self.openedVersions = openedVersions
    self.issuedAt = issuedAt
    self.expiresAt = expiresAt
    self.nonce = nonce
    self.nonceExpiresAt = nonceExpiresAt
  }
}
