import FoundationEssentials

@testable import Repository

/// A row of a chunk, before its columns are laid out.
struct SealedRow: Sendable {
  var id: UUID
  var valueVersion: Int32
  var keyVersion: Int32
  var wrappedKey: [UInt8]

  func with(
    id: UUID? = nil, valueVersion: Int32? = nil, keyVersion: Int32? = nil, wrappedKey: [UInt8]? = nil
  ) -> SealedRow {
    SealedRow(
      id: id ?? self.id, valueVersion: valueVersion ?? self.valueVersion, keyVersion: keyVersion ?? self.keyVersion,
      wrappedKey: wrappedKey ?? self.wrappedKey)
  }
}

extension WrappedRows {
  init(_ rows: [SealedRow]) {
    func bigEndian(_ version: Int32) -> [UInt8] { withUnsafeBytes(of: version.bigEndian) { [UInt8]($0) } }
    self.init(
      locations: rows.flatMap { _ in [0, 0, 0, 0, 0, 1] },
      ids: rows.flatMap { withUnsafeBytes(of: $0.id.uuid) { [UInt8]($0) } },
      valueVersions: rows.flatMap { bigEndian($0.valueVersion) },
      keyVersions: rows.flatMap { bigEndian($0.keyVersion) }, wrappedKeys: rows.flatMap(\.wrappedKey))
  }
}
