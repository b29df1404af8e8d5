internal import CLibcrypto

/// AES-256-GCM (NIST SP 800-38D) with 12-byte nonces and 16-byte tags, under a key that is set once.
///
/// A nonce must never repeat under one key: random ones are good for 2^32 messages. Not `Sendable`: it owns a libcrypto
/// context, which one isolation domain at a time may use. `deinit` wipes the key schedule.
@safe
public final class AES256GCM {
  /// The length of a key, in bytes.
  public static let keyByteCount = 32
  /// The length of a nonce, in bytes.
  public static let nonceByteCount = 12
  /// The length of a tag, in bytes.
  public static let tagByteCount = 16
  /// The longest plaintext and the longest additional data, in bytes: 1 GiB, far under the limits of GCM and libcrypto.
  public static let maximumByteCount = 1 << 30

  private let context: OpaquePointer

  /// Creates a cipher.
  /// - Throws: `invalidKeyLength` unless the key has 32 bytes.
  public init(key: SecretBytes) throws(CryptographyError) {
    guard key.count == Self.keyByteCount else {
      throw CryptographyError(.invalidKeyLength, "a key for AES-256 has 32 bytes")
    }
    unsafe context = Libcrypto.demand(EVP_CIPHER_CTX_new())
    unsafe key.withUnsafeBytes { key in
      unsafe Libcrypto.demand(EVP_CipherInit_ex2(context, Libcrypto.aes256GCM, key.octets, nil, 1, nil))
    }
  }

  deinit {
    unsafe EVP_CIPHER_CTX_free(context)
  }

  /// Encrypts into a buffer of the caller's, without an allocation.
  /// - Parameters:
  ///   - plaintext: at most ``maximumByteCount`` bytes.
  ///   - nonce: 12 bytes, never used before under this key.
  ///   - additionalData: what the tag also covers; at most ``maximumByteCount`` bytes.
  ///   - output: gets ciphertext ‖ tag, so it has exactly 16 bytes more than the plaintext. It may begin where the
  ///     plaintext does, to encrypt in place, but must not overlap it otherwise.
  /// - Throws: `invalidNonceLength` or `invalidLength`; nothing is written then.
  public func seal(
    _ plaintext: UnsafeRawBufferPointer, nonce: UnsafeRawBufferPointer, additionalData: UnsafeRawBufferPointer,
    into output: UnsafeMutableRawBufferPointer
  ) throws(CryptographyError) {
    try checkLengths(plaintext.count, nonce.count, additionalData.count, output: output.count - Self.tagByteCount)
    unsafe Libcrypto.demand(EVP_CipherInit_ex2(context, nil, nil, nonce.octets, 1, nil))
    unsafe update(additionalData, into: nil)
    unsafe update(plaintext, into: output.octets)
    let tag = unsafe UnsafeMutableRawBufferPointer(rebasing: output[plaintext.count...])
    var finalCount: CInt = 0
    unsafe Libcrypto.demand(EVP_CipherFinal_ex(context, tag.octets, &finalCount))
    unsafe Libcrypto.demand(
      EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, CInt(Self.tagByteCount), tag.baseAddress))
  }

  /// Decrypts into a buffer of the caller's, without an allocation.
  /// - Parameters:
  ///   - sealed: ciphertext ‖ tag.
  ///   - nonce: 12 bytes.
  ///   - additionalData: the same as it was sealed with.
  ///   - output: gets the plaintext, so it has exactly 16 bytes less than `sealed`. It may begin where `sealed` does, to
  ///     decrypt in place, but must not overlap it otherwise.
  /// - Throws: `authenticationFailed`, and then `output` holds zeros, not the unauthentic plaintext that GCM hands out
  ///   before its tag is checked; a `sealed` shorter than a tag is the same error. `invalidNonceLength` or
  ///   `invalidLength` for buffers of a wrong size; nothing is written then.
  public func open(
    _ sealed: UnsafeRawBufferPointer, nonce: UnsafeRawBufferPointer, additionalData: UnsafeRawBufferPointer,
    into output: UnsafeMutableRawBufferPointer
  ) throws(CryptographyError) {
    guard sealed.count >= Self.tagByteCount else { throw .authenticationFailed }
    let ciphertext = unsafe UnsafeRawBufferPointer(rebasing: sealed.dropLast(Self.tagByteCount))
    let tag = unsafe UnsafeRawBufferPointer(rebasing: sealed.suffix(Self.tagByteCount))
    try checkLengths(ciphertext.count, nonce.count, additionalData.count, output: output.count)
    unsafe Libcrypto.demand(EVP_CipherInit_ex2(context, nil, nil, nonce.octets, 0, nil))
    unsafe update(additionalData, into: nil)
    unsafe update(ciphertext, into: output.octets)
    // The cast drops a const that libcrypto keeps: setting a tag only reads it.
    unsafe Libcrypto.demand(
      EVP_CIPHER_CTX_ctrl(
        context, EVP_CTRL_AEAD_SET_TAG, CInt(Self.tagByteCount), UnsafeMutableRawPointer(mutating: tag.baseAddress)))
    // Nothing is left to write, but libcrypto demands an address.
    var nothing: UInt8 = 0
    var nothingCount: CInt = 0
    guard unsafe EVP_CipherFinal_ex(context, &nothing, &nothingCount) == 1 else {
      unsafe output.wipe()
      Libcrypto.drainErrors()
      throw .authenticationFailed
    }
  }

  /// Passes bytes through the cipher, or only into its tag where there is no output.
  private func update(_ input: UnsafeRawBufferPointer, into output: UnsafeMutablePointer<UInt8>?) {
    // An empty update without an output would mean "finish" to some ciphers of libcrypto.
    guard unsafe !input.isEmpty else { return }
    var written: CInt = 0
    unsafe Libcrypto.demand(EVP_CipherUpdate(context, output, &written, input.octets, CInt(input.count)))
  }

  private func checkLengths(
    _ message: Int, _ nonce: Int, _ additionalData: Int, output: Int
  ) throws(CryptographyError) {
    guard nonce == Self.nonceByteCount else {
      throw CryptographyError(.invalidNonceLength, "a nonce for AES-GCM has 12 bytes")
    }
    guard message <= Self.maximumByteCount, additionalData <= Self.maximumByteCount else {
      throw CryptographyError(.invalidLength, "the message or its additional data is over 1 GiB")
    }
    guard output == message else {
      throw CryptographyError(.invalidLength, "the output buffer hasn't the length of the result")
    }
  }
}
