public import Cryptography
internal import Envelope
public import FoundationEssentials

/// The deployment's own key (wrap method `global`), used in this process: nothing suspends, nobody denies.
///
/// It wraps in KCT1 envelopes (kind 3), which are bound to the row they stand in. That takes the row's id instead of a
/// purpose, so this is no `KeyEncryptionKey`: its calls are synchronous and name tenant, row and version.
public struct LocalKeyEncryptionKey: Sendable {
  private let masterKey: SecretBytes

  /// Creates the key; nil unless it has 32 bytes.
  /// - Parameter masterKey: `MASTER_KEY_B64`, decoded.
  public init?(masterKey: SecretBytes) {
    guard masterKey.count == AES256GCM.keyByteCount else { return nil }
    self.masterKey = masterKey
  }

  /// Makes a new 32-byte key and gives it away only wrapped: 69 bytes.
  /// - Parameters:
  ///   - tenantID: whose key.
  ///   - keyID: the id of the tenant key's row.
  ///   - keyVersion: the tenant key's version.
  ///   - random: where the key and the nonce come from. Default: the system.
  /// - Throws: `.integrity`, which would be a defect of this process.
  public func wrapNewKey(
    tenantID: UUID, keyID: UUID, keyVersion: UInt32, random: RandomSource = .system
  ) throws(KMSFailure) -> [UInt8] {
    try wrap(
      .random(count: AES256GCM.keyByteCount, from: random), tenantID: tenantID, keyID: keyID, keyVersion: keyVersion,
      random: random)
  }

  /// Wraps a 32-byte key: 69 bytes.
  /// - Parameters: as of `wrapNewKey`.
  /// - Throws: `.integrity` for a key of another length.
  public func wrap(
    _ key: SecretBytes, tenantID: UUID, keyID: UUID, keyVersion: UInt32, random: RandomSource = .system
  ) throws(KMSFailure) -> [UInt8] {
    do throws(EnvelopeError) {
      return try EnvelopeCipher(key: masterKey, kind: .masterKey, keyVersion: keyVersion, random: random)
        .seal(key, at: Self.address(tenantID, keyID))
    } catch {
      throw Self.failure(error, .encrypt)
    }
  }

  /// Unwraps a key.
  /// - Parameters: as of `wrapNewKey`.
  /// - Throws: `.integrity` where it is not this row's, this tenant's, this version's or this deployment's.
  public func unwrap(
    _ wrapped: [UInt8], tenantID: UUID, keyID: UUID, keyVersion: UInt32
  ) throws(KMSFailure) -> SecretBytes {
    do throws(EnvelopeError) {
      return try EnvelopeCipher(key: masterKey, kind: .masterKey, keyVersion: keyVersion)
        .open(wrapped, at: Self.address(tenantID, keyID))
    } catch {
      throw Self.failure(error, .decrypt)
    }
  }

  private static func address(_ tenantID: UUID, _ keyID: UUID) -> ValueAddress {
    ValueAddress(tenantID: tenantID, table: .tenantKeys, rowID: keyID, valueVersion: 0)
  }

  private static func failure(_ error: EnvelopeError, _ stage: VerificationStage) -> KMSFailure {
    KMSFailure(
      reason: .integrity, stage: stage, isPermanent: true, seal: .now,
      hint: "The deployment's own key could not be used (\(error)). Is MASTER_KEY_B64 the one that wrapped this?")
  }
}
