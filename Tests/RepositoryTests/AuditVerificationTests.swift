import FoundationEssentials
import JSON
import Testing

@testable import Repository

@Suite struct AuditVerificationTests {
  let chain = AuditRow.chain(of: 5)

  @Test func `an untouched chain holds, in pages of any length`() {
    for length in 1...6 {
      var verification = AuditVerification()
      for start in stride(from: 0, to: chain.count, by: length) {
        verification.extend(with: Array(chain[start..<min(start + length, chain.count)]))
      }
      #expect(verification.rows == 5)
      #expect(verification.firstBadSequence == nil)
      #expect(verification.headHash == chain[4].rowHash)
    }
  }

  @Test func `an empty chain holds, and commits to zeros`() {
    var verification = AuditVerification()
    verification.extend(with: [])
    #expect(verification.firstBadSequence == nil)
    #expect(verification.headHash == [UInt8](repeating: 0, count: 32))
  }

  /// Each edit leaves the hashes as they were, as one does who can write the table but not compute.
  @Test(arguments: AuditRow.edits)
  func `editing any field of any row is found there`(field: String, edit: AuditRow.Edit) {
    for index in chain.indices {
      var tampered = chain
      tampered[index] = edit(chain[index])
      #expect(tampered[index] != chain[index])
      #expect(Self.firstBad(tampered) == Int64(index + 1), "\(field)")
    }
  }

  /// One who does compute moves the break to the next row, and has to rewrite everything to the end.
  @Test func `an edit with its own hash recomputed breaks the next row`() {
    let row = chain[2]
    let entry = row.entry.with(action: "byok.kms.nothing")
    var tampered = chain
    tampered[2] = AuditRow(
      sequenceNumber: row.sequenceNumber, previousHash: row.previousHash,
      rowHash: AuditRow.hash(
        sequenceNumber: row.sequenceNumber, previousHash: row.previousHash, at: row.at, entry: entry), at: row.at,
      entry: entry)
    #expect(Self.firstBad(tampered) == 4)
  }

  @Test func `a missing row is found where it was`() {
    for index in 0..<4 {
      var tampered = chain
      tampered.remove(at: index)
      #expect(Self.firstBad(tampered) == Int64(index + 1))
    }
  }

  @Test func `closing the gap of numbers does not hide a missing row`() {
    let renumbered = (chain[..<2] + chain[3...]).enumerated().map { $1.with(sequenceNumber: Int64($0 + 1)) }
    #expect(Self.firstBad(renumbered) == 3)
  }

  @Test func `an inserted row is found`() {
    for index in 0...4 {
      var tampered = chain
      tampered.insert(chain[index], at: index)
      #expect(Self.firstBad(tampered) == Int64(index + 2))
    }
  }

  @Test func `swapped rows are found`() {
    var tampered = chain
    tampered.swapAt(1, 3)
    #expect(Self.firstBad(tampered) == 2)
  }

  @Test func `a cut beginning is found at once`() {
    #expect(Self.firstBad(Array(chain.dropFirst(2))) == 1)
  }

  /// What the chain can't tell of itself: hence ``AuditHead``, to be kept elsewhere.
  @Test func `a cut end shows only in the head's hash`() {
    var verification = AuditVerification()
    verification.extend(with: Array(chain.dropLast()))
    #expect(verification.firstBadSequence == nil)
    #expect(verification.headHash != chain[4].rowHash)
  }

  @Test func `nothing counts after the first bad row`() {
    var verification = AuditVerification()
    verification.extend(with: [chain[0], chain[2]])
    verification.extend(with: [chain[1], chain[2]])
    #expect(verification.rows == 1)
    #expect(verification.firstBadSequence == 2)
    #expect(verification.headHash == chain[0].rowHash)
  }

  private static func firstBad(_ rows: [AuditRow]) -> Int64? {
    var verification = AuditVerification()
    verification.extend(with: rows)
    return verification.firstBadSequence
  }
}

extension AuditRow {
  typealias Edit = @Sendable (AuditRow) -> AuditRow

  /// A valid chain.
  static func chain(of count: Int64, action: String = "byok.kms.onboard") -> [AuditRow] {
    var rows: [AuditRow] = []
    for number in 1...count {
      let entry = AuditEntry(
        tenantID: number == 3 ? nil : UUID(bytes: [UInt8](repeating: UInt8(number), count: 16)),
        actorID: "actor \(number)",
        action: action, resourceType: "tenant_key", resourceID: "key \(number)",
        details: ["version": .number(Double(number))])
      let previousHash = rows.last?.rowHash ?? AuditChain.genesis
      let at = 1_795_492_814_000_000 + number
      rows.append(
        AuditRow(
          sequenceNumber: number, previousHash: previousHash,
          rowHash: hash(sequenceNumber: number, previousHash: previousHash, at: at, entry: entry), at: at, entry: entry)
      )
    }
    return rows
  }

  /// One edit for each field of a row.
  static let edits: [(String, Edit)] = [
    ("sequence_number", { $0.with(sequenceNumber: $0.sequenceNumber + 1) }),
    ("prev_hash", { $0.with(previousHash: $0.previousHash.map { $0 ^ 1 }) }),
    ("row_hash", { $0.with(rowHash: $0.rowHash.map { $0 ^ 1 }) }),
    ("at", { $0.with(at: $0.at - 1) }),
    ("tenant_id", { $0.with(entry: $0.entry.with(tenantID: .highest)) }),
    (
      "tenant_id to NULL, or back",
      { $0.with(entry: $0.entry.with(tenantID: .some($0.entry.tenantID == nil ? .lowest : nil))) }
    ),
    ("actor_id", { $0.with(entry: $0.entry.with(actorID: "somebody else")) }),
    ("action", { $0.with(entry: $0.entry.with(action: "byok.kms.rotate")) }),
    ("resource_type", { $0.with(entry: $0.entry.with(resourceType: "tenant")) }),
    ("resource_id", { $0.with(entry: $0.entry.with(resourceID: "")) }),
    ("details", { $0.with(entry: $0.entry.with(details: ["version": 99])) }),
  ]

  func with(
    sequenceNumber: Int64? = nil, previousHash: [UInt8]? = nil, rowHash: [UInt8]? = nil, at: Int64? = nil,
    entry: AuditEntry? = nil
  ) -> AuditRow {
    AuditRow(
      sequenceNumber: sequenceNumber ?? self.sequenceNumber, previousHash: previousHash ?? self.previousHash,
      rowHash: rowHash ?? self.rowHash, at: at ?? self.at, entry: entry ?? self.entry)
  }
}

extension AuditEntry {
  func with(
    tenantID: UUID?? = nil, actorID: String? = nil, action: String? = nil, resourceType: String? = nil,
    resourceID: String? = nil, details: JSONValue? = nil
  ) -> AuditEntry {
    AuditEntry(
      tenantID: tenantID ?? self.tenantID, actorID: actorID ?? self.actorID, action: action ?? self.action,
      resourceType: resourceType ?? self.resourceType, resourceID: resourceID ?? self.resourceID,
      details: details ?? self.details)
  }
}
