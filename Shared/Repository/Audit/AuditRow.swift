import Cryptography
import FoundationEssentials
import JSON

/// A row of the critical audit chain: an entry, its place, and the hashes that hold it there.
public struct AuditRow: Sendable, Equatable {
  /// From 1, without gaps.
  public let sequenceNumber: Int64
  /// ``rowHash`` of the row before; 32 zero bytes for the first.
  public let previousHash: [UInt8]
  /// SHA-256 over everything else in this row: every field in the table's order, each as its length in 4 bytes big-endian
  /// and its bytes; integers and times in 8 bytes big-endian, NULL as the length 0xFFFFFFFF, JSON as RFC 8785.
  public let rowHash: [UInt8]
  /// When, in microseconds since 1970 UTC.
  public let at: Int64
  /// What happened.
  public let entry: AuditEntry

  /// What ``rowHash`` must be.
  static func hash(sequenceNumber: Int64, previousHash: [UInt8], at: Int64, entry: AuditEntry) -> [UInt8] {
    var canonical: [UInt8] = []
    func append(_ field: [UInt8]?) {
      let length = field.map { UInt32($0.count) } ?? .max
      withUnsafeBytes(of: length.bigEndian) { canonical.append(contentsOf: $0) }
      canonical.append(contentsOf: field ?? [])
    }
    append(withUnsafeBytes(of: sequenceNumber.bigEndian) { [UInt8]($0) })
    append(previousHash)
    append(withUnsafeBytes(of: at.bigEndian) { [UInt8]($0) })
    append(entry.tenantID?.bytes)
    for text in [entry.actorID, entry.action, entry.resourceType, entry.resourceID] { append([UInt8](text.utf8)) }
    append(entry.details.canonicalBytes)
    return SHA256.hash(canonical)
  }
}
