internal import Cryptography

/// The sizes of the envelope format KCT1: header 9, nonce 12, ciphertext, tag 16.
public enum EnvelopeFormat {
  /// What an envelope has more than its plaintext, in bytes.
  public static let overheadByteCount = EnvelopeHeader.byteCount + AES256GCM.nonceByteCount + AES256GCM.tagByteCount
  /// The length of an envelope around a key, in bytes: 69.
  public static let wrappedKeyByteCount = byteCount(ofPlaintext: AES256GCM.keyByteCount)
  /// The longest payload, in bytes: 2 MiB, room for a value of the API's 1 MiB and whatever frames it.
  public static let maximumPlaintextByteCount = 2 << 20

  /// The length of an envelope around a plaintext, in bytes.
  public static func byteCount(ofPlaintext plaintextByteCount: Int) -> Int {
    plaintextByteCount + overheadByteCount
  }

  @usableFromInline
  static func admits(_ plaintextByteCount: Int, in kind: EnvelopeKind) -> Bool {
    kind.holdsKey
      ? plaintextByteCount == AES256GCM.keyByteCount : (0...maximumPlaintextByteCount).contains(plaintextByteCount)
  }
}
