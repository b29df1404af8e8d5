/// Why a text can't be decrypted under a transit key.
public enum TransitError: Error, Sendable, Equatable, CustomStringConvertible {
  /// It isn't `knoxcall:v<N>:<base64>`.
  case malformed
  /// It is `vault:v<N>:<base64>`, which only an imported key reads; no key of this version was imported.
  case notImported
  /// It names a version that the key doesn't have yet.
  case unknownVersion(Int32)
  /// It names a version that was destroyed: what was encrypted under it is gone for good.
  case destroyedVersion(Int32)
  /// It was changed, or encrypted under another key: which of these is never told.
  case cannotDecrypt
  /// The database answers too slowly to know which versions the key has.
  case outdated

  /// One sentence.
  public var description: String {
    switch self {
    case .malformed: "not a ciphertext of the form knoxcall:v<N>:<base64>"
    case .notImported: "a ciphertext of the form vault:v<N>: is for a key that was imported, and this one was not"
    case .unknownVersion(let version): "the key has no version \(version)"
    case .destroyedVersion(let version): "version \(version) of the key was destroyed"
    case .outdated: "the key's versions aren't known at the moment"
    case .cannotDecrypt: "the ciphertext can't be decrypted under this key"
    }
  }
}
