import CloudKMS
import Cryptography
import Envelope
import FoundationEssentials

@testable import MasterKeys
@testable import Repository

/// A tenant with the key versions 0 to 3, of which 3 is active.
struct SampleTenant: Sendable {
  /// What may have become of a version.
  enum Loss: Sendable { case missing, revoked, sealed, platformKey }

  let id = UUID()
  private let keys = (0..<4).map { _ in SecretBytes.random(count: 32) }

  /// A row with a data key of its own.
  func row(under version: Int32) throws -> (row: SealedRow, dataKey: SecretBytes) {
    let dataKey = SecretBytes.random(count: 32)
    let rowID = UUID()
    let wrapped = try cipher(version).seal(dataKey, at: address(of: rowID))
    return (SealedRow(id: rowID, valueVersion: 1, keyVersion: version, wrappedKey: wrapped), dataKey)
  }

  func open(_ envelope: some Collection<UInt8>, of row: SealedRow, under version: Int32) throws -> SecretBytes {
    try cipher(version).open(envelope, at: address(of: row.id))
  }

  func masterKeys(failing failures: [Int32: Loss]) -> MasterKeys {
    let keys = keys
    return MasterKeys(versions: Versions(tenantID: id, missing: failures.filter { $1 == .missing }.map(\.key))) {
      version in
      switch failures[version.version] {
      case .revoked: throw MasterKeyError(.revoked(version.version))
      case .sealed: throw MasterKeyError(.sealed(Self.denial))
      case .platformKey: throw MasterKeyError(.platformKey(Self.denial))
      case .missing, nil: return keys[Int(version.version)]
      }
    }
  }

  private static let denial = KMSFailure(reason: .accessDenied, isPermanent: true, seal: .now, hint: "")

  private func cipher(_ version: Int32) throws -> EnvelopeCipher {
    try EnvelopeCipher(key: keys[Int(version)], kind: .dataKey, keyVersion: UInt32(version))
  }

  private func address(of rowID: UUID) -> ValueAddress {
    ValueAddress(tenantID: id, table: .secretValues, rowID: rowID, valueVersion: 1)
  }
}

private struct Versions: KeyVersionSource {
  let tenantID: UUID
  let missing: [Int32]

  func activeVersion(of tenantID: UUID) async throws -> KeyVersion { version(3) }

  func version(_ number: Int32, of tenantID: UUID) async throws -> KeyVersion? {
    missing.contains(number) || tenantID != self.tenantID ? nil : version(number)
  }

  private func version(_ number: Int32) -> KeyVersion {
    KeyVersion(
      id: UUID(), tenantID: tenantID, version: number, status: number == 3 ? .active : .retired,
      wrapping: Wrapping(method: .global, wrappedKey: [], provider: nil), createdAt: .distantPast, retiredAt: nil)
  }
}
