import BlockingQueue
import Cryptography
import Envelope
import FoundationEssentials
import MasterKeys
import Repository

/// Unwraps data encryption keys under the versions that wrapped them, and wraps them under another.
///
/// It works on a queue of its own: a chunk keeps a core busy for milliseconds, in which the cooperative pool has
/// connections to serve.
actor Rewrapper {
  private let queue = BlockingQueue(label: "rewrapper")
  private let masterKeys: MasterKeys

  nonisolated var unownedExecutor: UnownedSerialExecutor { queue.asUnownedSerialExecutor() }

  init(masterKeys: MasterKeys) { self.masterKeys = masterKeys }

  /// Rewraps the rows of one chunk.
  /// - Throws: ``MasterKeys/KeyUses/Exhausted`` where the target can't wrap any more; ``MasterKeys/MasterKeyError`` where the target version or, for a cause that may pass, another can't be
  ///   unwrapped: the batch is tried again.
  func rewrap(_ rows: WrappedRows, _ table: TableTag, _ tenantID: UUID, _ target: Int32) async throws -> WrappedRows {
    let wrapping = try await masterKeys.key(target, of: tenantID)
    if !rows.isEmpty { try await masterKeys.count(rows.count, under: wrapping, of: tenantID) }
    var keys: [Int32: MasterKey] = [target: wrapping]
    var lost: [Int32: String] = [:]
    for version in rows.distinctKeyVersions where version != target {
      do { keys[version] = try await masterKeys.key(version, of: tenantID) } catch let error as MasterKeyError {
        switch error.code {
        case .revoked: lost[version] = "key_revoked"
        case .noSuchVersion: lost[version] = "no_such_version"
        case .sealed, .platformKey, .tenantSealed, .outOfTouch: throw error
        }
      }
    }
    return try Self.move(
      rows, table, tenantID, to: EnvelopeCipher(masterKey: wrapping), from: keys.mapValues(EnvelopeCipher.init),
      lost: lost)
  }

  /// Synchronous: ciphers are confined to this call, with their keys set once for the whole chunk.
  private static func move(
    _ rows: WrappedRows, _ table: TableTag, _ tenantID: UUID, to wrapping: EnvelopeCipher,
    from ciphers: [Int32: EnvelopeCipher], lost: [Int32: String]
  ) -> WrappedRows {
    var rows = rows
    // Neighbours are nearly always under one version.
    var current: (version: Int32, cipher: EnvelopeCipher?)?
    rows.moveKeys { row, key in
      if current?.version != row.keyVersion { current = (row.keyVersion, ciphers[row.keyVersion]) }
      guard let unwrapping = current?.cipher else { return lost[row.keyVersion] ?? "no_such_version" }
      let address = ValueAddress(
        tenantID: tenantID, table: table, rowID: row.id, valueVersion: UInt32(row.valueVersion))
      do throws(EnvelopeError) {
        try unwrapping.rewrap(UnsafeRawBufferPointer(key), at: address, to: wrapping, into: key)
        return nil
      } catch { return "cannot_open" }
    }
    return rows
  }
}

extension EnvelopeCipher {
  fileprivate convenience init(masterKey: MasterKey) throws(EnvelopeError) {
    try self.init(key: masterKey.key, kind: .dataKey, keyVersion: UInt32(masterKey.version))
  }
}
