public import Cryptography

/// SessionCipher encrypts the data keys of a bundle under the session's key, and opens them again at the agent.
///
/// AES-256-GCM, `nonce[12] ‖ ciphertext[32] ‖ tag[16]`; the additional authenticated data are the format's name, the
/// session and the value. Not `Sendable`: one isolation domain at a time may use it. It neither blocks nor performs I/O.
public final class SessionCipher {
  /// The name of the bundle's format, which its answer carries.
  public static let format = "tenant-kms.bundle.v1"
  /// The length of an encrypted data key, in bytes.
  public static let byteCount = AES256GCM.nonceByteCount + AES256GCM.keyByteCount + AES256GCM.tagByteCount

  private let cipher: AES256GCM
  private let context: SessionContext
  private let random: RandomSource

  /// Creates the cipher of a session.
  /// - Parameters:
  ///   - key: the session's.
  ///   - context: the session.
  ///   - random: where nonces come from; another than the system's only for tests.
  /// - Throws: `invalidKeyLength`, which no derived key has.
  public init(
    key: SessionKey, context: SessionContext, random: RandomSource = .system
  ) throws(CryptographyError) {
    cipher = try AES256GCM(key: key.key)
    self.context = context
    self.random = random
  }

  /// Encrypts a data key.
  /// - Throws: `invalidLength`, which no data key has.
  public func seal(_ dataKey: SecretBytes, of value: ValueContext) throws(CryptographyError) -> [UInt8] {
    let nonce = random.bytes(AES256GCM.nonceByteCount)
    return nonce + (try cipher.seal(dataKey, nonce: nonce, additionalData: additionalData(of: value)))
  }

  /// Opens an encrypted data key; nil where it is none, was altered, or belongs to another value or session.
  public func open(_ sealed: [UInt8], of value: ValueContext) -> SecretBytes? {
    guard sealed.count == Self.byteCount else { return nil }
    return try? cipher.open(
      sealed[AES256GCM.nonceByteCount...], nonce: sealed[..<AES256GCM.nonceByteCount],
      additionalData: additionalData(of: value))
  }

  private func additionalData(of value: ValueContext) -> [UInt8] {
    Fields.encode([Self.format] + context.fields + value.fields)
  }
}
