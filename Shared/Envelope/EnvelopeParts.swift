internal import Cryptography

/// The variable parts of an envelope that is long enough to have them.
struct EnvelopeParts {
  /// Where the ciphertext begins.
  static let ciphertextOffset = EnvelopeHeader.byteCount + AES256GCM.nonceByteCount

  /// The nonce.
  let nonce: UnsafeRawBufferPointer
  /// The ciphertext and its tag.
  let sealed: UnsafeRawBufferPointer

  init(_ envelope: UnsafeRawBufferPointer) {
    nonce = UnsafeRawBufferPointer(rebasing: envelope[EnvelopeHeader.byteCount..<Self.ciphertextOffset])
    sealed = UnsafeRawBufferPointer(rebasing: envelope[Self.ciphertextOffset...])
  }
}
