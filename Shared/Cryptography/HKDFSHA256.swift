internal import CLibcrypto

/// HKDF with SHA-256 (RFC 5869, extract then expand), by libcrypto's `EVP_KDF-HKDF(7)`.
public enum HKDFSHA256 {
  /// The longest `info`, in bytes: the most that libcrypto 3.0 takes.
  public static let maximumInfoByteCount = 1024

  /// Derives a key.
  /// - Parameters:
  ///   - secret: the input keying material, not empty.
  ///   - salt: not secret, of any length; empty stands for 32 zeros.
  ///   - info: what the key is for, at most ``maximumInfoByteCount`` bytes.
  ///   - count: the length of the key in bytes, 1 to 8160.
  /// - Throws: `invalidKeyLength` for an empty secret, `invalidLength` for a count or `info` out of range.
  public static func deriveKey(
    from secret: SecretBytes, salt: some Collection<UInt8>, info: some Collection<UInt8>, count: Int
  ) throws(CryptographyError) -> SecretBytes {
    guard !secret.isEmpty else { throw CryptographyError(.invalidKeyLength, "HKDF needs a secret") }
    guard (1...255 * SHA256.byteCount).contains(count) else {
      throw CryptographyError(.invalidLength, "HKDF with SHA-256 derives 1 to 8160 bytes")
    }
    guard info.count <= maximumInfoByteCount else {
      throw CryptographyError(.invalidLength, "the info for HKDF is over 1024 bytes")
    }
    return unsafe SecretBytes(count: count) { key in
      unsafe secret.withUnsafeBytes { secret in
        unsafe withContiguousBytes(of: salt) { salt in
          unsafe withContiguousBytes(of: info) { info in unsafe derive(key, from: secret, salt: salt, info: info) }
        }
      }
    }
  }

  private static func derive(
    _ key: UnsafeMutableRawBufferPointer, from secret: UnsafeRawBufferPointer, salt: UnsafeRawBufferPointer,
    info: UnsafeRawBufferPointer
  ) {
    let context = unsafe Libcrypto.demand(EVP_KDF_CTX_new(Libcrypto.hkdf))
    defer { unsafe EVP_KDF_CTX_free(context) }
    unsafe Libcrypto.demand(
      CLibcrypto_derive_hkdf_sha256(
        context, key.octets, key.count, secret.baseAddress, secret.count, salt.baseAddress, salt.count,
        info.baseAddress, info.count))
  }
}
