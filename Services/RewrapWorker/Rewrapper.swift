import Cryptography
import Envelope
import FoundationEssentials
import MasterKeys
import Repository

/// Unwraps data encryption keys under the versions that wrapped them, and wraps them under another.
struct Rewrapper: Sendable {
  let masterKeys: MasterKeys

  /// Rewraps the rows of one batch, in their order.
  /// - Throws: ``MasterKeys/MasterKeyError`` where the target version or, for a cause that may pass, another can't be
  ///   unwrapped: the batch is tried again.
  @Sendable func rewrap(_ rows: [WrappedRow], _ table: TableTag, _ tenantID: UUID, _ target: Int32) async throws
    -> [RewrappedRow]
  {
    var keys: [Int32: MasterKey] = [target: try await masterKeys.key(target, of: tenantID)]
    var lost: [Int32: String] = [:]
    for version in Set(rows.map(\.keyVersion)) where version != target {
      do { keys[version] = try await masterKeys.key(version, of: tenantID) } catch let error as MasterKeyError {
        switch error.code {
        case .revoked: lost[version] = "key_revoked"
        case .noSuchVersion: lost[version] = "no_such_version"
        case .sealed: throw error
        }
      }
    }
    return try Self.rewrap(rows, table, tenantID, target: target, keys: keys, lost: lost)
  }

  /// Synchronous: ciphers are confined to this call, and nothing else runs in its transaction meanwhile.
  private static func rewrap(
    _ rows: [WrappedRow], _ table: TableTag, _ tenantID: UUID, target: Int32, keys: [Int32: MasterKey],
    lost: [Int32: String]
  ) throws -> [RewrappedRow] {
    var ciphers: [Int32: EnvelopeCipher] = [:]
    for (version, key) in keys {
      ciphers[version] = try EnvelopeCipher(key: key.key, kind: .dataKey, keyVersion: UInt32(version))
    }
    guard let wrapping = ciphers[target] else { return rows.map { _ in .failed("no_such_version") } }
    return rows.map { row in
      guard let unwrapping = ciphers[row.keyVersion] else { return .failed(lost[row.keyVersion] ?? "no_such_version") }
      let address = ValueAddress(
        tenantID: tenantID, table: table, rowID: row.id, valueVersion: UInt32(row.valueVersion))
      do { return .rewrapped(try unwrapping.rewrap(row.wrappedKey, at: address, to: wrapping)) } catch {
        return .failed("cannot_open")
      }
    }
  }
}
