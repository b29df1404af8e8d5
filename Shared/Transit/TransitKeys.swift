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
  /// What is in hand of them in this process.
  public let keyring: TransitKeyring
  private let masterKeys: MasterKeys
  private let uses: KeyUses
  private let random: RandomSource

  /// Puts the keys of a store to use.
  /// - Parameters:
  ///   - store: where the keys are stored.
  ///   - keyring: holds what is in use.
  ///   - masterKeys: what the keys' material is sealed under.
  ///   - uses: counts the encryptions under each version.
  ///   - random: where keys and nonces come from; another than the system's only for tests.
  public init(
    store: TransitKeyStore, keyring: TransitKeyring, masterKeys: MasterKeys, uses: KeyUses,
    random: RandomSource = .system
  ) {
    self.store = store
    self.keyring = keyring
    self.masterKeys = masterKeys
    self.uses = uses
    self.random = random
  }

  /// Makes the material of a key's first version, and stores both.
  /// - Throws: `MasterKeyError`; `KeyUses.Exhausted`; as
  ///   `TransitKeyStore.create(_:material:of:)`.
  public func create(_ key: TransitKey, of tenantID: UUID) async throws {
    let row = UUID.v7(at: key.createdAt, random: random)
    try await masterKeys.withActiveKey(of: tenantID) { masterKey in
      let material = try makeMaterial(of: 1, row: row, tenantID, under: masterKey)
      try await store.create(key, material: material, of: tenantID)
    }
  }

  /// Adds a version to a key. It encrypts from now on in this process, and after ``TransitKeyring/lease`` in every other.
  /// - Returns: its number.
  /// - Throws: `MasterKeyError`; `KeyUses.Exhausted`; as
  ///   `TransitKeyStore.rotate(_:of:under:at:seal:)`.
  public func rotate(_ name: String, of tenantID: UUID, at time: Date) async throws -> Int32 {
    let row = UUID.v7(at: time, random: random)
    let version = try await masterKeys.withActiveKey(of: tenantID) { masterKey in
      try await store.rotate(name, of: tenantID, under: masterKey.version, at: time) { version in
        try makeMaterial(of: version, row: row, tenantID, under: masterKey)
      }
    }
    keyring.forget(LeaseSlot(tenantID: tenantID, name: name))
    return version
  }

  /// Encrypts under the current version of a key.
  /// - Parameters:
  ///   - plaintext: at most ``maximumPlaintextLength`` bytes.
  ///   - name: which key.
  ///   - tenantID: whose.
  /// - Throws: `TransitKeyError` with `noSuchKey`; `MasterKeyError`;
  ///   `KeyUses.Exhausted`; ``TransitError`` with `outdated`; what the store throws.
  public func encrypt(
    _ plaintext: SecretBytes, under name: String, of tenantID: UUID
  ) async throws -> TransitCiphertext {
    try await keyring.withMaterial(of: LeaseSlot(tenantID: tenantID, name: name)) {
      $0.current
    } counting: {
      try await uses.take(of: $0.id, tenantID, for: .transitKey)
    } body: {
      try TransitCipher(material: $0, random: random).encrypt(plaintext)
    }
  }

  /// Decrypts what any version of a key encrypted that wasn't destroyed.
  /// - Throws: ``TransitError`` with `unknownVersion`, `destroyedVersion`, `cannotDecrypt` or `outdated`;
  ///   `TransitKeyError` with `noSuchKey`; `MasterKeyError`; what the store throws.
  public func decrypt(
    _ ciphertext: TransitCiphertext, under name: String, of tenantID: UUID
  ) async throws -> SecretBytes {
    try await keyring.withMaterial(of: LeaseSlot(tenantID: tenantID, name: name)) { _ in
      ciphertext.keyVersion
    } body: {
      try TransitCipher(material: $0, random: random).decrypt(ciphertext)
    }
  }

  /// Decrypts, and encrypts again under the current version, without the plaintext leaving this call.
  /// - Throws: as ``decrypt(_:under:of:)`` and ``encrypt(_:under:of:)``.
  public func rewrap(
    _ ciphertext: TransitCiphertext, under name: String, of tenantID: UUID
  ) async throws -> TransitCiphertext {
    try await encrypt(try await decrypt(ciphertext, under: name, of: tenantID), under: name, of: tenantID)
  }

  private func makeMaterial(
    of version: Int32, row: UUID, _ tenantID: UUID, under masterKey: MasterKey
  ) throws -> EncryptedValue {
    try masterKey.seal(
      .random(count: AES256GCM.keyByteCount, from: random),
      at: ValueAddress(tenantID: tenantID, table: .transitKeys, rowID: row, valueVersion: UInt32(version)))
  }
}
