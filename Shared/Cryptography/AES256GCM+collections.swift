extension AES256GCM {
  /// Encrypts: answers ciphertext ‖ tag, 16 bytes more than the plaintext.
  /// - Parameters:
  ///   - plaintext: at most ``maximumByteCount`` bytes; wiping it is up to the caller.
  ///   - nonce: 12 bytes, never used before under this key.
  ///   - additionalData: what the tag also covers; at most ``maximumByteCount`` bytes.
  /// - Throws: `invalidNonceLength` or `invalidLength`.
  @inlinable
  public func seal(
    _ plaintext: some Collection<UInt8>, nonce: some Collection<UInt8>, additionalData: some Collection<UInt8>
  ) throws(CryptographyError) -> [UInt8] {
    unsafe try withContiguousBytes(of: plaintext) { plaintext throws(CryptographyError) in
      unsafe try withContiguousBytes(of: nonce) { nonce throws(CryptographyError) in
        unsafe try withContiguousBytes(of: additionalData) { additionalData throws(CryptographyError) in
          var sealed = [UInt8](repeating: 0, count: plaintext.count + Self.tagByteCount)
          unsafe try sealed.withUnsafeMutableBufferPointer { output throws(CryptographyError) in
            unsafe try seal(
              plaintext, nonce: nonce, additionalData: additionalData, into: UnsafeMutableRawBufferPointer(output))
          }
          return sealed
        }
      }
    }
  }

  /// Encrypts a secret: answers ciphertext ‖ tag, 16 bytes more than the plaintext.
  /// - Throws: `invalidNonceLength` or `invalidLength`.
  @inlinable
  public func seal(
    _ plaintext: SecretBytes, nonce: some Collection<UInt8>, additionalData: some Collection<UInt8>
  ) throws(CryptographyError) -> [UInt8] {
    unsafe try plaintext.withUnsafeBytes { plaintext throws(CryptographyError) in
      unsafe try seal(plaintext, nonce: nonce, additionalData: additionalData)
    }
  }

  /// Decrypts ciphertext ‖ tag.
  /// - Parameters:
  ///   - sealed: at most ``maximumByteCount`` bytes and a tag.
  ///   - nonce: 12 bytes.
  ///   - additionalData: the same as it was sealed with.
  /// - Throws: `authenticationFailed` if anything differs from what was sealed or `sealed` is shorter than a tag;
  ///   `invalidNonceLength` or `invalidLength`.
  @inlinable
  public func open(
    _ sealed: some Collection<UInt8>, nonce: some Collection<UInt8>, additionalData: some Collection<UInt8>
  ) throws(CryptographyError) -> SecretBytes {
    guard sealed.count >= Self.tagByteCount else { throw .authenticationFailed }
    return unsafe try withContiguousBytes(of: sealed) { sealed throws(CryptographyError) in
      unsafe try withContiguousBytes(of: nonce) { nonce throws(CryptographyError) in
        unsafe try withContiguousBytes(of: additionalData) { additionalData throws(CryptographyError) in
          let count = sealed.count - Self.tagByteCount
          return unsafe try SecretBytes(count: count) { output throws(CryptographyError) in
            unsafe try open(sealed, nonce: nonce, additionalData: additionalData, into: output)
          }
        }
      }
    }
  }
}
