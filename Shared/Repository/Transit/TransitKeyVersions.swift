public import FoundationEssentials

/// Which versions a transit key has: what encrypting and decrypting have to know of it.
public struct TransitKeyVersions: Sendable, Equatable {
  /// The key.
  public let keyID: UUID
  /// The one that encrypts.
  public let current: Int32
  /// Those that decrypt; one up to the current that isn't among them was destroyed.
  public let all: Set<Int32>

  /// Takes the members as they are.
  public init(keyID: UUID, current: Int32, all: Set<Int32>) {
    self.keyID = keyID
    self.current = current
    self.all = all
  }
}
