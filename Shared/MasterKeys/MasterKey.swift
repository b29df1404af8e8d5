public import Cryptography

/// A tenant master key, unwrapped.
public struct MasterKey: Sendable {
  /// Which version it is.
  public let version: Int32
  /// The 32 bytes; wiped when the last holder lets go.
  public let key: SecretBytes
}
