public import Cryptography
public import Envelope
public import FoundationEssentials
public import Repository

/// A tenant master key, unwrapped.
public struct MasterKey: Sendable {
  /// The row of the version.
  public let id: UUID
  /// Which version it is.
  public let version: Int32
  /// The 32 bytes; wiped when the last holder lets go.
  public let key: SecretBytes
  /// Until when this process may hold it, and whatever it has unsealed with it, in the time of ``MasterKeys/now``.
  package let deadline: Duration

  /// Seals a value for its place.
  /// - Parameters:
  ///   - value: at most 2 MiB.
  ///   - address: where it will be stored.
  /// - Throws: `EnvelopeError` with `invalidPlaintext` for a value over 2 MiB.
  public func seal(_ value: SecretBytes, at address: ValueAddress) throws -> EncryptedValue {
    let sealed = try SealedValue.seal(value, at: address, under: cipher())
    return EncryptedValue(
      id: address.rowID, valueVersion: Int32(address.valueVersion), keyVersion: version, wrappedKey: sealed.wrappedKey,
      payload: sealed.payload)
  }

  /// Opens a value that this version wraps.
  /// - Parameters:
  ///   - value: as it was stored.
  ///   - address: where it was found.
  /// - Throws: `EnvelopeError` with `cannotOpen`.
  public func open(_ value: EncryptedValue, at address: ValueAddress) throws -> SecretBytes {
    try SealedValue(wrappedKey: value.wrappedKey, payload: value.payload).open(at: address, under: cipher())
  }

  private func cipher() throws -> EnvelopeCipher {
    try EnvelopeCipher(key: key, kind: .dataKey, keyVersion: UInt32(version))
  }
}
