/// A key as the key-encryption key returned it: safe to store, useless without that key.
public struct WrappedKey: Sendable, Hashable {
  /// The ciphertext, opaque to everyone else.
  public var ciphertext: [UInt8]

  /// The key that wrapped it: for AWS the ARN of the key that answered, behind whatever alias; for
  /// Google Cloud and Azure the version of the key.
  public var keyReference: String

  /// Creates a wrapped key from what was stored.
  public init(ciphertext: [UInt8], keyReference: String) {
    self.ciphertext = ciphertext
    self.keyReference = keyReference
  }
}
