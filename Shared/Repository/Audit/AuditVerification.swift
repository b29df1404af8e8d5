/// What a walk along the audit chain has found so far.
public struct AuditVerification: Sendable, Equatable {
  /// How many rows, from the first, hold together.
  public private(set) var rows: Int64 = 0
  /// The first sequence number that is missing, or whose row was changed; nil while all is well.
  public private(set) var firstBadSequence: Int64?
  /// The hash of the last good row: what the chain commits to. Zeros for an empty chain.
  public private(set) var headHash = AuditChain.genesis

  /// The head that the chain must go through, until it has.
  private var expected: AuditHead?

  /// An empty chain.
  /// - Parameter expected: a head that was written down earlier: the chain must contain it, else its tail was cut off or
  ///   all of it written anew. None unless told.
  public init(expecting expected: AuditHead? = nil) {
    self.expected = expected?.sequenceNumber == 0 ? nil : expected
  }

  /// What the rows seen so far commit to.
  public var head: AuditHead { AuditHead(sequenceNumber: rows, hash: headHash) }

  /// Whether every row seen holds together and the expected head, if any, was among them: to be asked at the end.
  public var isIntact: Bool { firstBadSequence == nil && expected == nil }

  /// Checks the rows that follow those seen before; stops at the first bad one.
  public mutating func extend(with page: [AuditRow]) {
    for row in page where firstBadSequence == nil {
      let hash = AuditRow.hash(
        sequenceNumber: row.sequenceNumber, previousHash: row.previousHash, at: row.at, entry: row.entry)
      guard row.sequenceNumber == rows + 1, row.previousHash == headHash, row.rowHash == hash else {
        firstBadSequence = rows + 1
        return
      }
      if expected?.sequenceNumber == row.sequenceNumber {
        guard expected?.hash == row.rowHash else {
          firstBadSequence = row.sequenceNumber
          return
        }
        expected = nil
      }
      rows += 1
      headHash = row.rowHash
    }
  }
}
