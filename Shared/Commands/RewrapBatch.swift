public import FoundationEssentials

/// `rewrap.batch`: rewrap the next rows of one key range, then publish the continuation. Worker → worker.
public struct RewrapBatch: Command {
  /// The command's name on the wire.
  public static let name = "rewrap.batch"

  /// The job, whose id is the rewrap lease id.
  public let leaseID: UUID
  /// The table, by its tag in the envelope's additional authenticated data.
  public let table: UInt8
  /// The range's number within the job and table.
  public let range: Int32
  /// The cursor that this batch starts after: the greatest row id that is done. A batch whose cursor the range has left
  /// behind is a duplicate.
  public let after: UUID

  /// Takes the members as they are.
  public init(leaseID: UUID, table: UInt8, range: Int32, after: UUID) {
    self.leaseID = leaseID
    self.table = table
    self.range = range
    self.after = after
  }

  private enum CodingKeys: String, CodingKey {
    case leaseID = "lease_id"
    case table, range, after
  }
}
