import Envelope
import FoundationEssentials
import Postgres

/// A chunk of rows with their wrapped data encryption keys, column by column in the server's own format.
///
/// What is read is what is written back, so only the wrapped keys are touched, and those in place: a row costs no
/// allocation and no conversion.
public struct WrappedRows: Sendable, Equatable {
  static let locationSize = 6
  static let idSize = 16
  static let versionSize = 4
  static let wrappedKeySize = EnvelopeFormat.wrappedKeyByteCount

  private(set) var locations: [UInt8]
  private(set) var ids: [UInt8]
  private(set) var valueVersions: [UInt8]
  private(set) var keyVersions: [UInt8]
  private(set) var wrappedKeys: [UInt8]
  /// Why a row's key could not be moved, in one word, by the row's position.
  public private(set) var failures: [Int: String] = [:]

  /// Takes columns whose cells stand one behind the other, of as many rows each.
  init(locations: [UInt8], ids: [UInt8], valueVersions: [UInt8], keyVersions: [UInt8], wrappedKeys: [UInt8]) {
    self.locations = locations
    self.ids = ids
    self.valueVersions = valueVersions
    self.keyVersions = keyVersions
    self.wrappedKeys = wrappedKeys
  }

  /// Takes what ``RewrapTable/read`` returns. A wrapped key of a length that no envelope has reads as zeros, which open
  /// under no key.
  init(_ rows: PostgresRows) {
    self.init(
      locations: rows.packed(column: 0, cellSize: Self.locationSize),
      ids: rows.packed(column: 1, cellSize: Self.idSize),
      valueVersions: rows.packed(column: 2, cellSize: Self.versionSize),
      keyVersions: rows.packed(column: 3, cellSize: Self.versionSize),
      wrappedKeys: rows.packed(column: 4, cellSize: Self.wrappedKeySize))
  }

  /// The versions that wrapped these rows' keys.
  public var distinctKeyVersions: Set<Int32> {
    var versions: Set<Int32> = []
    var previous: Int32?
    for row in self where row.keyVersion != previous {
      previous = row.keyVersion
      versions.insert(row.keyVersion)
    }
    return versions
  }

  /// A row's wrapped key, 69 bytes.
  public func wrappedKey(at position: Int) -> ArraySlice<UInt8> {
    wrappedKeys[position * Self.wrappedKeySize..<(position + 1) * Self.wrappedKeySize]
  }

  /// Moves the keys of all rows, in order.
  /// - Parameter move: replaces the wrapped key that it is lent, of 69 bytes, by the new one; or returns why it can't, in
  ///   one word, and whatever it left in those bytes is not written.
  public mutating func moveKeys(_ move: (_ row: WrappedRow, _ wrappedKey: UnsafeMutableRawBufferPointer) -> String?) {
    var keys = wrappedKeys
    // Lets go of the bytes, so that they are changed where they are and not copied first.
    wrappedKeys = []
    keys.withUnsafeMutableBytes { keys in
      for (index, row) in enumerated() {
        let place = index * Self.wrappedKeySize
        let key = UnsafeMutableRawBufferPointer(rebasing: keys[place..<place + Self.wrappedKeySize])
        if let failure = move(row, key) { failures[index] = failure }
      }
    }
    wrappedKeys = keys
  }
}

extension WrappedRows: RandomAccessCollection {
  /// 0.
  public var startIndex: Int { 0 }

  /// The number of rows.
  public var endIndex: Int { keyVersions.count / Self.versionSize }

  /// The row at a position.
  public subscript(position: Int) -> WrappedRow {
    WrappedRow(
      id: UUID(uuid: ids.load(uuid_t.self, at: position)),
      valueVersion: Int32(bigEndian: valueVersions.load(Int32.self, at: position)),
      keyVersion: Int32(bigEndian: keyVersions.load(Int32.self, at: position)))
  }
}

extension [UInt8] {
  fileprivate func load<Value: BitwiseCopyable>(_ type: Value.Type, at position: Int) -> Value {
    withUnsafeBytes { $0.loadUnaligned(fromByteOffset: position * MemoryLayout<Value>.size, as: type) }
  }
}
