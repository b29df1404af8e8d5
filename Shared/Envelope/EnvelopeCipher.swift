public import Cryptography

/// EnvelopeCipher seals and opens envelopes of the format KCT1 of one kind under one version of one key: AES-256-GCM that
/// binds each value to its tenant, table, row and version.
///
/// Reuse one for many values: the key is set once. Not `Sendable`: one isolation domain at a time may use it. It neither
/// blocks nor performs I/O.
public final class EnvelopeCipher {
  /// What its envelopes hold.
  public let kind: EnvelopeKind
  /// The version of its key; 0 for payloads.
  public let keyVersion: UInt32

  let random: RandomSource
  private let cipher: AES256GCM
  private let header: [UInt8]
  private var nonces: NonceSupply
  /// The header and, behind it, the address of the value at hand.
  private var additionalData: [UInt8]

  /// Creates a cipher.
  /// - Parameters:
  ///   - key: 32 bytes.
  ///   - kind: what its envelopes hold.
  ///   - keyVersion: the version of the key; 0 for payloads.
  ///   - random: where nonces come from; another than the system's only for tests.
  /// - Throws: `invalidKey`.
  public init(
    key: SecretBytes, kind: EnvelopeKind, keyVersion: UInt32, random: RandomSource = .system
  ) throws(EnvelopeError) {
    guard kind != .payload || keyVersion == 0 else { throw .invalidKey }
    do {
      cipher = try AES256GCM(key: key)
    } catch {
      throw .invalidKey
    }
    self.kind = kind
    self.keyVersion = keyVersion
    self.random = random
    header = EnvelopeHeader(kind: kind, keyVersion: keyVersion).bytes
    nonces = NonceSupply(random: random)
    additionalData = header + [UInt8](repeating: 0, count: ValueAddress.byteCount)
  }

  /// Seals a plaintext into a buffer of the caller's, without an allocation.
  /// - Parameters:
  ///   - plaintext: 32 bytes if this kind holds keys, else up to 2 MiB. It may stand in `envelope` already, 21 bytes
  ///     behind its start, but must not overlap it otherwise.
  ///   - address: where the value belongs.
  ///   - envelope: gets the envelope, so it has exactly 37 bytes more than the plaintext.
  /// - Throws: `invalidPlaintext`; nothing is written then.
  public func seal(
    _ plaintext: UnsafeRawBufferPointer, at address: ValueAddress, into envelope: UnsafeMutableRawBufferPointer
  ) throws(EnvelopeError) {
    guard
      EnvelopeFormat.admits(plaintext.count, in: kind),
      envelope.count == EnvelopeFormat.byteCount(ofPlaintext: plaintext.count)
    else { throw .invalidPlaintext }
    let parts = EnvelopeParts(UnsafeRawBufferPointer(envelope))
    let nonce = UnsafeMutableRawBufferPointer(mutating: parts.nonce)
    envelope.copyBytes(from: header)
    nonces.takeNonce(into: nonce)
    address.writeSuffix(of: &additionalData)
    do throws(CryptographyError) {
      try additionalData.withUnsafeBufferPointer { additionalData throws(CryptographyError) in
        try cipher.seal(
          plaintext, nonce: parts.nonce, additionalData: UnsafeRawBufferPointer(additionalData),
          into: UnsafeMutableRawBufferPointer(mutating: parts.sealed))
      }
    } catch {
      throw .invalidPlaintext
    }
  }

  /// Opens an envelope into a buffer of the caller's, without an allocation.
  /// - Parameters:
  ///   - envelope: of any length: whatever isn't an envelope is refused.
  ///   - address: where the value was found.
  ///   - plaintext: gets the plaintext, so it has exactly 37 bytes less than the envelope. It may stand in `envelope`
  ///     itself, 21 bytes behind its start, but must not overlap it otherwise.
  /// - Throws: `cannotOpen`; then the buffer holds nothing of the plaintext.
  public func open(
    _ envelope: UnsafeRawBufferPointer, at address: ValueAddress, into plaintext: UnsafeMutableRawBufferPointer
  ) throws(EnvelopeError) {
    guard
      EnvelopeFormat.admits(plaintext.count, in: kind),
      envelope.count == EnvelopeFormat.byteCount(ofPlaintext: plaintext.count), envelope.starts(with: header)
    else { throw .cannotOpen }
    let parts = EnvelopeParts(envelope)
    address.writeSuffix(of: &additionalData)
    do throws(CryptographyError) {
      try additionalData.withUnsafeBufferPointer { additionalData throws(CryptographyError) in
        try cipher.open(
          parts.sealed, nonce: parts.nonce, additionalData: UnsafeRawBufferPointer(additionalData), into: plaintext)
      }
    } catch {
      throw .cannotOpen
    }
  }
}
