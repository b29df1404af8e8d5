public import Cryptography
public import Envelope
public import FoundationEssentials
public import Repository

extension MasterKeys {
  /// How often a value is sealed again because the active version moved on meanwhile.
  static let attempts = 3

  /// A stored value that was opened.
  public struct OpenedValue: Sendable {
    /// As it is stored.
    public let stored: EncryptedValue
    /// What it holds.
    public let value: SecretBytes
    /// Until when this process may hold it, in the time of `now`.
    package let deadline: Duration
  }

  /// Has one value sealed and stored under the tenant's active key; again where the active version moves on in between.
  /// - Parameters:
  ///   - tenantID: whose.
  ///   - store: seals and stores; throws `RepositoryError` with `keyVersionMoved` where it can't,
  ///     because the version has been retired.
  /// - Throws: ``MasterKeyError``; ``KeyUses/Exhausted``; what `store` throws.
  public func withActiveKey<Stored>(
    of tenantID: UUID, _ store: (MasterKey) async throws -> Stored
  ) async throws -> Stored {
    var attempt = 1
    while true {
      let masterKey = try await activeKey(of: tenantID)
      try await count(1, under: masterKey, of: tenantID)
      do { return try await store(masterKey) } catch let error as RepositoryError
        where error.code == .keyVersionMoved && attempt < Self.attempts
      {
        evict(tenantID)
        attempt += 1
      }
    }
  }

  /// Counts data keys before they are wrapped under a key; where nothing counts, does nothing.
  /// - Throws: ``KeyUses/Exhausted``; what the registry throws.
  public func count(_ wraps: Int, under masterKey: MasterKey, of tenantID: UUID) async throws {
    try await uses?.take(Int64(wraps), of: masterKey.id, tenantID, for: .masterKey)
  }

  /// Reads a stored value and opens it. One whose key version has been revoked is read again: it may have been rewrapped
  /// just before.
  /// - Parameters:
  ///   - table: where it stands.
  ///   - tenantID: whose.
  ///   - read: reads it; nil where there is none.
  /// - Returns: nil where there is none.
  /// - Throws: ``MasterKeyError``; what `read` throws; `EnvelopeError` with `cannotOpen` where the row is damaged.
  public func open(
    in table: TableTag, of tenantID: UUID, reading read: () async throws -> EncryptedValue?
  ) async throws -> OpenedValue? {
    var lost: Int32?
    while true {
      guard let stored = try await read() else { return nil }
      let key: MasterKey
      do { key = try await self.key(stored.keyVersion, of: tenantID) } catch let error as MasterKeyError
        where error.code == .revoked(stored.keyVersion) && lost != stored.keyVersion
      {
        lost = stored.keyVersion
        continue
      }
      let address = ValueAddress(
        tenantID: tenantID, table: table, rowID: stored.id, valueVersion: UInt32(stored.valueVersion))
      return OpenedValue(stored: stored, value: try key.open(stored, at: address), deadline: key.deadline)
    }
  }
}
