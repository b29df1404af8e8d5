public import Cryptography

/// A stored value in two envelopes: its own data key under the tenant's master key, and the value under the data key.
///
/// A rewrap replaces the wrapped key alone, so it touches 69 bytes however long the value is.
public struct SealedValue: Sendable, Hashable {
  /// The data key, an envelope of 69 bytes of kind `dataKey`.
  public let wrappedKey: [UInt8]
  /// The value, an envelope of kind `payload`.
  public let payload: [UInt8]

  /// Takes the two envelopes as they were stored.
  public init(wrappedKey: [UInt8], payload: [UInt8]) {
    self.wrappedKey = wrappedKey
    self.payload = payload
  }

  /// Seals a value under a new random data key, which is used for nothing else.
  /// - Parameters:
  ///   - value: up to 2 MiB.
  ///   - address: where the value belongs; write another value version each time.
  ///   - masterKey: a cipher of kind `dataKey` under the tenant's active master key.
  /// - Throws: `invalidPlaintext` for a value too long, `invalidKey` for a cipher of another kind.
  public static func seal(
    _ value: SecretBytes, at address: ValueAddress, under masterKey: EnvelopeCipher
  ) throws(EnvelopeError) -> SealedValue {
    guard masterKey.kind == .dataKey else { throw .invalidKey }
    let dataKey = SecretBytes.random(count: AES256GCM.keyByteCount, from: masterKey.random)
    let cipher = try EnvelopeCipher(key: dataKey, kind: .payload, keyVersion: 0, random: masterKey.random)
    return SealedValue(
      wrappedKey: try masterKey.seal(dataKey, at: address), payload: try cipher.seal(value, at: address))
  }

  /// Opens the value.
  /// - Parameters:
  ///   - address: where the value was found.
  ///   - masterKey: a cipher of kind `dataKey` under the version of the master key that the wrapped key's header names.
  /// - Throws: `cannotOpen`.
  public func open(at address: ValueAddress, under masterKey: EnvelopeCipher) throws(EnvelopeError) -> SecretBytes {
    guard masterKey.kind == .dataKey else { throw .cannotOpen }
    let dataKey = try masterKey.open(wrappedKey, at: address)
    return try EnvelopeCipher(key: dataKey, kind: .payload, keyVersion: 0).open(payload, at: address)
  }
}
