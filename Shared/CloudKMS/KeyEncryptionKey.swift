public import Cryptography

/// CloudKMS wraps and unwraps tenant master keys under keys that live elsewhere, and says why when it can't.
///
/// A key-encryption key: a key of a cloud's key service that is used over HTTP, or the deployment's own. Wrapping and
/// unwrapping suspend for as long as the network takes, never block a thread, and end early when the task is cancelled.
public protocol KeyEncryptionKey: Sendable {
  /// Encrypts a key, bound to its context.
  /// - Throws: the failure as the provider's table of meanings has it.
  func wrap(_ key: SecretBytes, context: EncryptionContext) async throws(KMSFailure) -> WrappedKey

  /// Decrypts a wrapped key; its context must be the one it was wrapped with.
  /// - Throws: the failure as the provider's table of meanings has it; `.integrity` where key and context don't match.
  func unwrap(_ wrapped: WrappedKey, context: EncryptionContext) async throws(KMSFailure) -> SecretBytes
}

extension KeyEncryptionKey {
  /// Makes a new 32-byte key, wraps it, unwraps it again to be sure that it can be, and gives away the wrapped form only.
  /// - Throws: what wrapping or unwrapping throws; `.integrity` where the key comes back changed.
  public func wrapNewKey(
    context: EncryptionContext, random: RandomSource = .system
  ) async throws(KMSFailure) -> WrappedKey {
    let key = SecretBytes.random(count: 32, from: random)
    let wrapped = try await wrap(key, context: context)
    guard try await unwrap(wrapped, context: context) == key else { throw .changedKey(stage: .decrypt) }
    return wrapped
  }
}
