public import Cryptography
internal import Envelope
public import FoundationEssentials
public import MasterKeys
public import Repository

/// Encryption under keys that their tenants name and never see.
public struct TransitKeys: Sendable {
  /// The longest plaintext, in bytes: 1 MiB.
  public static let maximumPlaintextLength = 1 << 20

  /// Where the keys are stored.
  public let store: TransitKeyStore
  let masterKeys: MasterKeys
  let random: RandomSource

  /// Puts the keys of a store to use.
  /// - Parameters:
  ///   - masterKeys: what the keys' material is sealed under.
  ///   - random: where keys and nonces come from; another than the system's only for tests.
  public init(store: TransitKeyStore, masterKeys: MasterKeys, random: RandomSource = .system) {
    self.store = store
    self.masterKeys = masterKeys
    self.random = random
  }

  /// Makes the material of a key's first version, and stores both.
  /// - Throws: ``MasterKeys/MasterKeyError``; as ``Repository/TransitKeyStore/create(_:material:of:)``.
  public func create(_ key: TransitKey, of tenantID: UUID) async throws {
    let row = UUID.v7(at: key.createdAt, random: random)
    try await masterKeys.withActiveKey(of: tenantID) { masterKey in
      let material = try makeMaterial(of: 1, row: row, tenantID, under: masterKey)
      try await store.create(key, material: material, of: tenantID)
    }
  }

  /// Adds a version to a key, which encrypts from now on.
  /// - Returns: its number.
  /// - Throws: ``MasterKeys/MasterKeyError``; as
  ///   ``Repository/TransitKeyStore/rotate(_:of:under:at:seal:)``.
  public func rotate(_ name: String, of tenantID: UUID, at time: Date) async throws -> Int32 {
    let row = UUID.v7(at: time, random: random)
    return try await masterKeys.withActiveKey(of: tenantID) { masterKey in
      try await store.rotate(name, of: tenantID, under: masterKey.version, at: time) { version in
        try makeMaterial(of: version, row: row, tenantID, under: masterKey)
      }
    }
  }

  /// Encrypts under the current version of a key.
  /// - Parameter plaintext: at most ``maximumPlaintextLength`` bytes.
  /// - Throws: ``Repository/TransitKeyError`` with `noSuchKey`; ``MasterKeys/MasterKeyError``; what the store throws.
  public func encrypt(
    _ plaintext: SecretBytes, under name: String, of tenantID: UUID
  ) async throws -> TransitCiphertext {
    let versions = try await store.versions(of: name, of: tenantID)
    return try await cipher(versions.current, of: versions, tenantID).encrypt(plaintext)
  }

  /// Decrypts what any version of a key encrypted that wasn't destroyed.
  /// - Throws: ``TransitError`` with `unknownVersion`, `destroyedVersion` or `cannotDecrypt`; as
  ///   ``encrypt(_:under:of:)``.
  public func decrypt(
    _ ciphertext: TransitCiphertext, under name: String, of tenantID: UUID
  ) async throws -> SecretBytes {
    let versions = try await store.versions(of: name, of: tenantID)
    return try await cipher(ciphertext.keyVersion, of: versions, tenantID).decrypt(ciphertext)
  }

  /// Decrypts, and encrypts again under the current version, without the plaintext leaving this call.
  /// - Throws: as ``decrypt(_:under:of:)``.
  public func rewrap(
    _ ciphertext: TransitCiphertext, under name: String, of tenantID: UUID
  ) async throws -> TransitCiphertext {
    try await encrypt(try await decrypt(ciphertext, under: name, of: tenantID), under: name, of: tenantID)
  }

  private func cipher(
    _ version: Int32, of versions: TransitKeyVersions, _ tenantID: UUID
  ) async throws -> TransitCipher {
    guard version <= versions.current else { throw TransitError.unknownVersion(version) }
    guard versions.all.contains(version) else { throw TransitError.destroyedVersion(version) }
    let opened = try await masterKeys.open(in: .transitKeys, of: tenantID) {
      try await store.material(of: version, of: versions.keyID, of: tenantID)
    }
    guard let opened else { throw TransitError.destroyedVersion(version) }
    return TransitCipher(
      material: TransitMaterial(
        tenantID: tenantID, keyID: versions.keyID, version: version, key: opened.value), random: random)
  }

  private func makeMaterial(
    of version: Int32, row: UUID, _ tenantID: UUID, under masterKey: MasterKey
  ) throws -> EncryptedValue {
    try masterKey.seal(
      .random(count: AES256GCM.keyByteCount, from: random),
      at: ValueAddress(tenantID: tenantID, table: .transitKeys, rowID: row, valueVersion: UInt32(version)))
  }
}
