import JSON
import Testing

@testable import Repository

@Suite struct AuditHeadTests {
  let chain = AuditRow.chain(of: 5)

  @Test func `a head survives being written down`() {
    for count in 0...5 {
      let head = Self.verify(Array(chain.prefix(count))).head
      #expect(head.sequenceNumber == Int64(count))
      #expect(AuditHead(head.description) == head)
    }
  }

  @Test(
    arguments: ["", "3", ":", "3:", "3:0:0"]
      + ["x:\(zeros)", "-1:\(zeros)", "3:\(zeros)0", "3:\(zeros)00", "3:\(zeros.dropLast(2))"])
  func `what isn't a head is none`(text: String) {
    #expect(AuditHead(text) == nil)
  }

  @Test func `a chain that grew still holds its earlier heads`() {
    for count in 0...5 {
      #expect(Self.verify(chain, expecting: Self.verify(Array(chain.prefix(count))).head).isIntact)
    }
  }

  @Test func `a tail that was cut off is missed`() {
    let head = Self.verify(chain).head
    for count in 0..<5 {
      let verification = Self.verify(Array(chain.prefix(count)), expecting: head)
      #expect(!verification.isIntact)
      #expect(verification.firstBadSequence == nil)
    }
  }

  /// One who can compute hashes may write the whole chain anew; it then doesn't go through a head kept elsewhere.
  @Test func `a chain that was written anew is found at the head`() {
    let other = AuditRow.chain(of: 6, action: "byok.kms.nothing")
    #expect(Self.verify(other).isIntact)
    #expect(Self.verify(other, expecting: Self.verify(chain).head).firstBadSequence == 5)
  }

  private static let zeros = String(repeating: "0", count: 64)

  private static func verify(_ rows: [AuditRow], expecting head: AuditHead? = nil) -> AuditVerification {
    var verification = AuditVerification(expecting: head)
    for row in rows { verification.extend(with: [row]) }
    return verification
  }
}

@Suite struct AuditRowJSONTests {
  @Test func `a row survives an export`() throws {
    for row in AuditRow.chain(of: 5) {
      #expect(AuditRow(json: try JSONValue(parsing: row.json.canonicalBytes)) == row)
    }
  }

  @Test func `an object without a member, with a wrong one or with one more is no row`() {
    guard case .object(let members) = AuditRow.chain(of: 1)[0].json else {
      Issue.record("an export is of objects")
      return
    }
    for name in members.keys {
      #expect(AuditRow(json: .object(members.filter { $0.key != name })) == nil, "\(name)")
      if name != "details" {
        #expect(AuditRow(json: .object(members.merging([name: .bool(true)]) { $1 })) == nil, "\(name)")
      }
    }
    #expect(AuditRow(json: .object(members.merging(["more": .null]) { $1 })) == nil)
    #expect(AuditRow(json: [1]) == nil)
  }
}
