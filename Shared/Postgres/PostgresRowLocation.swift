/// A row's physical place (`ctid`), good for finding it again at once as long as nobody has updated it.
///
/// Send an array of them with ``PostgresValue/tidArray(_:)`` and always compare the row's key and version too: after an
/// update the place belongs to another version, after VACUUM perhaps to another row.
public struct PostgresRowLocation: Sendable, Hashable {
  /// The number of the page, from 0.
  public let block: UInt32
  /// The item on that page, from 1.
  public let offset: UInt16

  /// Makes a location of its parts.
  public init(block: UInt32, offset: UInt16) {
    self.block = block
    self.offset = offset
  }
}
