internal import CLibcrypto

/// RSA signatures with SHA-256 (RSASSA-PKCS1-v1_5, RFC 8017 section 8.2) by libcrypto, `EVP_DigestSign(3)`: what JWTs call
/// RS256.
public enum RSASHA256 {
  /// The shortest modulus that is taken, in bits (RFC 7518, section 3.3).
  public static let minimumBits = 2048

  /// The signature of a message, as long as the key's modulus.
  /// - Parameters:
  ///   - message: the bytes to sign.
  ///   - privateKeyPEM: the key as PEM: PKCS #8 (RFC 5208) or PKCS #1, not encrypted.
  /// - Throws: `invalidKey` unless it is an RSA key of at least ``minimumBits``.
  public static func signature(
    of message: some Collection<UInt8>, privateKeyPEM: SecretBytes
  ) throws(CryptographyError) -> [UInt8] {
    let parsed = unsafe privateKeyPEM.withUnsafeBytes { pem in
      unsafe CLibcrypto_read_private_key(pem.baseAddress, pem.count)
    }
    guard let key = unsafe parsed else { throw invalidKey }
    defer { unsafe EVP_PKEY_free(key) }
    guard unsafe EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA, unsafe EVP_PKEY_get_bits(key) >= minimumBits else {
      throw invalidKey
    }
    let context = unsafe Libcrypto.demand(EVP_MD_CTX_new())
    defer { unsafe EVP_MD_CTX_free(context) }
    unsafe Libcrypto.demand(EVP_DigestSignInit_ex(context, nil, "SHA256", nil, nil, key, nil))
    var status: CInt = 0
    let signature = unsafe [UInt8](unsafeUninitializedCapacity: Int(EVP_PKEY_get_size(key))) { buffer, count in
      count = buffer.count
      unsafe withContiguousBytes(of: message) { message in
        status = unsafe EVP_DigestSign(context, buffer.baseAddress, &count, message.octets, message.count)
      }
      if status != 1 { count = 0 }
    }
    // The parts of a damaged key need not fit together, which shows only now.
    guard status == 1 else { throw invalidKey }
    return signature
  }

  private static var invalidKey: CryptographyError {
    Libcrypto.drainErrors()
    return CryptographyError(.invalidKey, "the key is no PEM of an RSA key of 2048 bits or more")
  }
}
