internal import CLibcrypto

/// The algorithms, fetched once: a fetch by name costs more than the operation it is for.
///
/// The `nonisolated(unsafe)` below is sound because a fetched method is immutable and reference counted atomically, and
/// libcrypto lets any number of threads share it (crypto(7), "Algorithm fetching").
enum Libcrypto {
  nonisolated(unsafe) static let aes256GCM = unsafe demand(EVP_CIPHER_fetch(nil, "AES-256-GCM", nil))
  nonisolated(unsafe) static let sha256 = unsafe demand(EVP_MD_fetch(nil, "SHA256", nil))
  nonisolated(unsafe) static let hmac = unsafe demand(EVP_MAC_fetch(nil, "HMAC", nil))
  nonisolated(unsafe) static let hkdf = unsafe demand(EVP_KDF_fetch(nil, "HKDF", nil))

  /// The pointer, or a trap: libcrypto answers null only if it is out of memory or lacks one of the above.
  static func demand<Pointer>(_ pointer: Pointer?) -> Pointer {
    guard let pointer else {
      fatalError("libcrypto could not allocate a context or lacks AES-256-GCM, SHA-256, HMAC or HKDF")
    }
    return pointer
  }

  /// Traps unless a call that can't fail for its input answered 1.
  static func demand(_ status: CInt) {
    guard status == 1 else { fatalError("libcrypto failed in an operation that can't fail") }
  }

  /// Empties this thread's error queue after a failed call, which the next user of the thread would otherwise read.
  static func drainErrors() {
    ERR_clear_error()
  }
}
