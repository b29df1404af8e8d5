internal import CLibcrypto

/// Ed25519 signatures (RFC 8032) by libcrypto, `EVP_PKEY-ED25519(7)`: deterministic, and checked with a key that may be
/// given to anybody.
public enum Ed25519 {
  /// The length of the seed that a key pair is made of, in bytes.
  public static let seedByteCount = 32
  /// The length of a public key, in bytes.
  public static let publicKeyByteCount = 32
  /// The length of a signature, in bytes.
  public static let signatureByteCount = 64

  /// The public key that goes with a seed, 32 bytes.
  /// - Throws: `invalidKeyLength` unless the seed has 32 bytes.
  public static func publicKey(of seed: SecretBytes) throws(CryptographyError) -> [UInt8] {
    let key = try unsafe privateKey(of: seed)
    defer { unsafe EVP_PKEY_free(key) }
    return unsafe [UInt8](unsafeUninitializedCapacity: publicKeyByteCount) { buffer, count in
      count = publicKeyByteCount
      unsafe Libcrypto.demand(EVP_PKEY_get_raw_public_key(key, buffer.baseAddress, &count))
    }
  }

  /// The signature of a message, 64 bytes.
  /// - Throws: `invalidKeyLength` unless the seed has 32 bytes.
  public static func signature(
    of message: some Collection<UInt8>, seed: SecretBytes
  ) throws(CryptographyError) -> [UInt8] {
    let key = try unsafe privateKey(of: seed)
    defer { unsafe EVP_PKEY_free(key) }
    let context = unsafe Libcrypto.demand(EVP_MD_CTX_new())
    defer { unsafe EVP_MD_CTX_free(context) }
    unsafe Libcrypto.demand(EVP_DigestSignInit(context, nil, nil, nil, key))
    return unsafe [UInt8](unsafeUninitializedCapacity: signatureByteCount) { buffer, count in
      count = signatureByteCount
      unsafe withContiguousBytes(of: message) { message in
        unsafe Libcrypto.demand(
          EVP_DigestSign(context, buffer.baseAddress, &count, message.octets, message.count))
      }
    }
  }

  /// Whether a signature is the message's under the holder of a public key; none of a wrong length is, nor is any under a
  /// key of a wrong length.
  public static func isValid(
    _ signature: some Collection<UInt8>, of message: some Collection<UInt8>, publicKey: some Collection<UInt8>
  ) -> Bool {
    guard signature.count == signatureByteCount, publicKey.count == publicKeyByteCount else { return false }
    let key = unsafe withContiguousBytes(of: publicKey) { publicKey in
      unsafe EVP_PKEY_new_raw_public_key_ex(nil, "ED25519", nil, publicKey.octets, publicKey.count)
    }
    guard let key = unsafe key else {
      Libcrypto.drainErrors()
      return false
    }
    defer { unsafe EVP_PKEY_free(key) }
    let context = unsafe Libcrypto.demand(EVP_MD_CTX_new())
    defer { unsafe EVP_MD_CTX_free(context) }
    unsafe Libcrypto.demand(EVP_DigestVerifyInit(context, nil, nil, nil, key))
    let status = unsafe withContiguousBytes(of: signature) { signature in
      unsafe withContiguousBytes(of: message) { message in
        unsafe EVP_DigestVerify(context, signature.octets, signature.count, message.octets, message.count)
      }
    }
    if status != 1 { Libcrypto.drainErrors() }
    return status == 1
  }

  private static func privateKey(of seed: SecretBytes) throws(CryptographyError) -> OpaquePointer {
    guard seed.count == seedByteCount else {
      throw CryptographyError(.invalidKeyLength, "the seed of an Ed25519 key has 32 bytes")
    }
    return unsafe Libcrypto.demand(
      seed.withUnsafeBytes { seed in
        unsafe EVP_PKEY_new_raw_private_key_ex(nil, "ED25519", nil, seed.octets, seed.count)
      })
  }
}
