import Foundation
import Postgres
import Repository

extension MigratedDatabase {
  var transitKeys: TransitKeyStore { TransitKeyStore(pool: pool) }

  /// Makes transit keys of one version each, wrapped under a version of the master key.
  /// - Returns: the rows of their versions.
  @discardableResult
  func makeTransitKeys(_ count: Int, of tenantID: UUID, under version: Int32 = 0) async throws -> [UUID] {
    var rows: [UUID] = []
    for index in 0..<count {
      let time = Self.now.addingTimeInterval(Double(index))
      let material = EncryptedValue(
        id: .v7(at: time), valueVersion: 1, keyVersion: version,
        wrappedKey: [UInt8](repeating: UInt8(version), count: 69), payload: [UInt8](repeating: 0, count: 69))
      let key = TransitKey(id: .v7(at: time), name: "k\(UUID())", createdAt: time)
      try await transitKeys.create(key, material: material, of: tenantID)
      rows.append(material.id)
    }
    return rows
  }
}
