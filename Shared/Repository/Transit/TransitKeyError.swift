/// Why a transit key can't be made, changed or found.
public enum TransitKeyError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The tenant has no key of that name.
  case noSuchKey
  /// The tenant has one already.
  case nameTaken
  /// The tenant has as many keys as it may have.
  case tooManyKeys
  /// The key never had a version of that number, or it was destroyed.
  case noSuchVersion
  /// The key's settings don't allow that its versions are destroyed.
  case deletionNotAllowed
  /// The version is the one that encrypts.
  case versionActive

  /// One sentence.
  public var description: String {
    switch self {
    case .noSuchKey: "no such transit key"
    case .nameTaken: "a transit key of that name exists"
    case .tooManyKeys: "a tenant has at most \(TransitKeyStore.maximumKeys) transit keys"
    case .noSuchVersion: "the transit key has no such version"
    case .deletionNotAllowed: "versions of this key can't be destroyed until its deletion_allowed is true"
    case .versionActive: "the version is the one that encrypts: rotate the key first"
    }
  }
}
