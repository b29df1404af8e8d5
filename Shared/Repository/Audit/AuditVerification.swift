/// What a walk along the audit chain has found so far.
public struct AuditVerification: Sendable, Equatable {
  /// How many rows, from the first, hold together.
  public private(set) var rows: Int64 = 0
  /// The first sequence number that is missing, or whose row was changed; nil while all is well.
  public private(set) var firstBadSequence: Int64?
  /// The hash of the last good row: what the chain commits to. Zeros for an empty chain.
  public private(set) var headHash = AuditChain.genesis

  /// An empty chain.
  public init() {}

  /// Checks the rows that follow those seen before; stops at the first bad one.
  public mutating func extend(with page: [AuditRow]) {
    for row in page where firstBadSequence == nil {
      let hash = AuditRow.hash(
        sequenceNumber: row.sequenceNumber, previousHash: row.previousHash, at: row.at, entry: row.entry)
      guard row.sequenceNumber == rows + 1, row.previousHash == headHash, row.rowHash == hash else {
        firstBadSequence = rows + 1
        return
      }
      rows += 1
      headHash = row.rowHash
    }
  }
}
