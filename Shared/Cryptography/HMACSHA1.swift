internal import CLibcrypto

/// HMAC with SHA-1 (RFC 2104): for one-time codes alone, whose authenticators know nothing else.
///
/// That SHA-1's collisions can be found doesn't touch HMAC (RFC 6194, section 3.3).
public enum HMACSHA1 {
  /// The length of an authentication code, in bytes.
  public static let byteCount = 20

  /// The code of one message, 20 bytes.
  /// - Parameters:
  ///   - message: the bytes to authenticate.
  ///   - key: 1 to 1024 bytes; any other length traps.
  public static func authenticationCode(for message: some Collection<UInt8>, key: SecretBytes) -> [UInt8] {
    precondition((1...1024).contains(key.count), "a key of HMAC-SHA-1 has 1 to 1024 bytes here")
    return unsafe [UInt8](unsafeUninitializedCapacity: byteCount) { code, initialized in
      let written = unsafe key.withUnsafeBytes { key in
        unsafe withContiguousBytes(of: message) { message in
          unsafe HMAC(
            EVP_sha1(), key.baseAddress, CInt(key.count), message.octets, message.count, code.baseAddress, nil)
        }
      }
      guard unsafe written != nil else { fatalError("libcrypto lacks HMAC with SHA-1") }
      initialized = byteCount
    }
  }
}
