import Cryptography
import FoundationEssentials
import JSON
import Testing

@testable import Repository

@Suite struct AuditRowTests {
  /// The contract's encoding (§7), written out by hand: field by field, length first.
  @Test func `the hash covers the canonical bytes of the contract`() throws {
    let entry = AuditEntry(
      tenantID: UUID(bytes: Array(0..<16)), actorID: "ada", action: "byok.kms.onboard", resourceType: "tenant_key",
      resourceID: "k1", details: ["version": 1, "provider": "customer_kms_aws"])
    let previousHash = [UInt8](repeating: 0xAB, count: 32)
    let canonical: [[UInt8]] = [
      [0, 0, 0, 8], [0, 0, 0, 0, 0, 0, 0, 2],
      [0, 0, 0, 32], previousHash,
      [0, 0, 0, 8], [0x00, 0x06, 0x61, 0x00, 0x12, 0x34, 0x56, 0x78],
      [0, 0, 0, 16], Array(0..<16),
      [0, 0, 0, 3], Array("ada".utf8),
      [0, 0, 0, 16], Array("byok.kms.onboard".utf8),
      [0, 0, 0, 10], Array("tenant_key".utf8),
      [0, 0, 0, 2], Array("k1".utf8),
      [0, 0, 0, 43], Array(#"{"provider":"customer_kms_aws","version":1}"#.utf8),
    ]
    let hash = AuditRow.hash(
      sequenceNumber: 2, previousHash: previousHash, at: 0x0006_6100_1234_5678, entry: entry)
    #expect(hash == SHA256.hash(Array(canonical.joined())))
  }

  @Test func `no tenant is not an empty tenant`() {
    let entry = AuditEntry(
      tenantID: nil, actorID: "", action: "", resourceType: "", resourceID: "", details: .null)
    let canonical: [[UInt8]] = [
      [0, 0, 0, 8], [0, 0, 0, 0, 0, 0, 0, 1],
      [0, 0, 0, 32], [UInt8](repeating: 0, count: 32),
      [0, 0, 0, 8], [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF],
      [0xFF, 0xFF, 0xFF, 0xFF],
      [0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0],
      [0, 0, 0, 4], Array("null".utf8),
    ]
    let hash = AuditRow.hash(
      sequenceNumber: 1, previousHash: [UInt8](repeating: 0, count: 32), at: -1, entry: entry)
    #expect(hash == SHA256.hash(Array(canonical.joined())))
  }

  @Test func `a character moved from one field to the next changes the hash`() {
    func hash(_ actorID: String, _ action: String) -> [UInt8] {
      AuditRow.hash(
        sequenceNumber: 1, previousHash: [], at: 0,
        entry: AuditEntry(
          tenantID: nil, actorID: actorID, action: action, resourceType: "", resourceID: "", details: .null))
    }
    #expect(hash("ab", "c") != hash("a", "bc"))
  }
}
