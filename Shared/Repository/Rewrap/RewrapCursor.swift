public import Commands
public import FoundationEssentials

/// A place in a key range of a table that a job works through: what a `rewrap.batch` command names.
public struct RewrapCursor: Sendable, Hashable {
  /// The job.
  public let jobID: UUID
  /// The table.
  public let table: UInt8
  /// The range's number.
  public let range: Int32
  /// The greatest row id that is done.
  public let after: UUID

  /// Reads a command.
  public init(_ command: RewrapBatch) {
    self.init(jobID: command.leaseID, table: command.table, range: command.range, after: command.after)
  }

  init(jobID: UUID, table: UInt8, range: Int32, after: UUID) {
    self.jobID = jobID
    self.table = table
    self.range = range
    self.after = after
  }

  /// The command that continues here.
  public var command: RewrapBatch {
    RewrapBatch(leaseID: jobID, table: table, range: range, after: after)
  }
}
