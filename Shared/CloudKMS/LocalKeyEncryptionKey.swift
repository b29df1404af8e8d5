public import Cryptography
internal import Envelope
public import FoundationEssentials

/// The deployment's own key (wrap method `global`), used in this process: nothing suspends, nobody denies.
///
/// It wraps in KCT1 envelopes (kind 3), which are bound to the row they stand in. That takes the row's id instead of a
/// purpose, so this is no `KeyEncryptionKey`: its calls are synchronous and name tenant, row and version.
public struct LocalKeyEncryptionKey: Sendable {
  private let masterKey: SecretBytes
  /// What it unwraps with as well while keys are changed; it never wraps.
  private let formerKey: SecretBytes?

  /// Creates the key; nil unless it has 32 bytes, and the other too.
  /// - Parameters:
  ///   - masterKey: `MASTER_KEY_B64`, decoded.
  ///   - formerKey: `MASTER_KEY_ACCEPTED_B64`, decoded: unwraps what `masterKey` doesn't. Default: none.
  public init?(masterKey: SecretBytes, alsoAccepting formerKey: SecretBytes? = nil) {
    guard [masterKey, formerKey ?? masterKey].allSatisfy({ $0.count == AES256GCM.keyByteCount }) else { return nil }
    self.masterKey = masterKey
    self.formerKey = formerKey
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
    try seal(key, keyVersion: keyVersion, at: Self.address(tenantID, .tenantKeys, keyID), random: random)
  }

  /// Unwraps a key.
  /// - Parameters: as of `wrapNewKey`.
  /// - Throws: `.integrity` where it is not this row's, this tenant's, this version's or this deployment's.
  public func unwrap(
    _ wrapped: [UInt8], tenantID: UUID, keyID: UUID, keyVersion: UInt32
  ) throws(KMSFailure) -> SecretBytes {
    try open(wrapped, keyVersion: keyVersion, at: Self.address(tenantID, .tenantKeys, keyID))
  }

  /// Wraps anew what the former key wrapped: the same 32 bytes, under the key that wraps.
  /// - Parameters: as of `wrapNewKey`.
  /// - Returns: nil where that key wrapped it already.
  /// - Throws: `.integrity` where neither key unwraps it.
  public func rewrap(
    _ wrapped: [UInt8], tenantID: UUID, keyID: UUID, keyVersion: UInt32, random: RandomSource = .system
  ) throws(KMSFailure) -> [UInt8]? {
    try rewrap(wrapped, keyVersion: keyVersion, at: Self.address(tenantID, .tenantKeys, keyID), random: random)
  }

  private func rewrap(
    _ wrapped: [UInt8], keyVersion: UInt32, at address: ValueAddress, random: RandomSource
  ) throws(KMSFailure) -> [UInt8]? {
    do throws(EnvelopeError) {
      _ = try Self.open(wrapped, under: masterKey, keyVersion: keyVersion, at: address)
      return nil
    } catch {
      let key = try open(wrapped, keyVersion: keyVersion, at: address)
      return try seal(key, keyVersion: keyVersion, at: address, random: random)
    }
  }

  private func seal(
    _ key: SecretBytes, keyVersion: UInt32, at address: ValueAddress, random: RandomSource
  ) throws(KMSFailure) -> [UInt8] {
    do throws(EnvelopeError) {
      return try EnvelopeCipher(key: masterKey, kind: .masterKey, keyVersion: keyVersion, random: random)
        .seal(key, at: address)
    } catch {
      throw Self.failure(error, .encrypt)
    }
  }

  private func open(
    _ wrapped: [UInt8], keyVersion: UInt32, at address: ValueAddress
  ) throws(KMSFailure) -> SecretBytes {
    do throws(EnvelopeError) {
      return try Self.open(wrapped, under: masterKey, keyVersion: keyVersion, at: address)
    } catch {
      // What fails under both is told as the first told it.
      if let formerKey, let key = try? Self.open(wrapped, under: formerKey, keyVersion: keyVersion, at: address) {
        return key
      }
      throw Self.failure(error, .decrypt)
    }
  }

  private static func open(
    _ wrapped: [UInt8], under key: SecretBytes, keyVersion: UInt32, at address: ValueAddress
  ) throws(EnvelopeError) -> SecretBytes {
    try EnvelopeCipher(key: key, kind: .masterKey, keyVersion: keyVersion).open(wrapped, at: address)
  }

  private static func address(_ tenantID: UUID, _ table: TableTag, _ rowID: UUID) -> ValueAddress {
    ValueAddress(tenantID: tenantID, table: table, rowID: rowID, valueVersion: 0)
  }

  private static func failure(_ error: EnvelopeError, _ stage: VerificationStage) -> KMSFailure {
    KMSFailure(
      reason: .integrity, stage: stage, isPermanent: true, seal: .now,
      hint: "The deployment's own key could not be used (\(error)). Is MASTER_KEY_B64 the one that wrapped this?")
  }
}

extension LocalKeyEncryptionKey {
  /// Wraps the 32-byte secret of a person's authenticator: 69 bytes, which no tenant's key can be taken for.
  ///
  /// The tenant's own key won't do: whoever has it sealed must still be able to prove their presence.
  /// - Parameters:
  ///   - secret: 32 bytes.
  ///   - userID: whose, and the id of the row.
  ///   - tenantID: their tenant.
  ///   - random: where the nonce comes from. Default: the system.
  /// - Throws: `.integrity` for a secret of another length.
  public func wrapAuthenticatorSecret(
    _ secret: SecretBytes, of userID: UUID, tenantID: UUID, random: RandomSource = .system
  ) throws(KMSFailure) -> [UInt8] {
    try seal(secret, keyVersion: 0, at: Self.address(tenantID, .users, userID), random: random)
  }

  /// Unwraps the secret of a person's authenticator.
  /// - Parameters: as of `wrapAuthenticatorSecret`.
  /// - Throws: `.integrity` where it is not this person's, this tenant's or this deployment's.
  public func unwrapAuthenticatorSecret(
    _ wrapped: [UInt8], of userID: UUID, tenantID: UUID
  ) throws(KMSFailure) -> SecretBytes {
    try open(wrapped, keyVersion: 0, at: Self.address(tenantID, .users, userID))
  }

  /// Wraps the secret of a person's authenticator anew, as ``rewrap(_:tenantID:keyID:keyVersion:random:)``.
  public func rewrapAuthenticatorSecret(
    _ wrapped: [UInt8], of userID: UUID, tenantID: UUID, random: RandomSource = .system
  ) throws(KMSFailure) -> [UInt8]? {
    try rewrap(wrapped, keyVersion: 0, at: Self.address(tenantID, .users, userID), random: random)
  }
}
