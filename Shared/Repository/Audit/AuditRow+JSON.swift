import Commands
import Cryptography
import FoundationEssentials
public import JSON

extension AuditRow {
  /// The row as a JSON object, with everything that its hash covers: what an export has one of in each line.
  ///
  /// Members: `sequence_number`; `prev_hash` and `row_hash`, 64 hexadecimal digits each; `at_microseconds` since 1970
  /// UTC; `tenant_id`, null for the platform's own; `actor_id`; `action`; `resource_type`; `resource_id`; `details`.
  public var json: JSONValue {
    [
      "sequence_number": .number(Double(sequenceNumber)), "prev_hash": .string(previousHash.hexadecimal),
      "row_hash": .string(rowHash.hexadecimal), "at_microseconds": .number(Double(at)),
      "tenant_id": entry.tenantID.map { .string($0.text) } ?? .null,
      "actor_id": .string(entry.actorID), "action": .string(entry.action),
      "resource_type": .string(entry.resourceType), "resource_id": .string(entry.resourceID),
      "details": entry.details,
    ]
  }

  /// Reads what ``json`` wrote; nil where a member is missing, unknown, or not what it should be.
  public init?(json: JSONValue) {
    guard case .object(let members) = json, members.count == 10,
      let sequenceNumber = members["sequence_number"]?.integer, let at = members["at_microseconds"]?.integer,
      let previousHash = members["prev_hash"]?.string.flatMap({ [UInt8](hexadecimal: $0) }),
      let rowHash = members["row_hash"]?.string.flatMap({ [UInt8](hexadecimal: $0) }),
      let tenant = members["tenant_id"], let actorID = members["actor_id"]?.string,
      let action = members["action"]?.string, let resourceType = members["resource_type"]?.string,
      let resourceID = members["resource_id"]?.string, let details = members["details"]
    else { return nil }
    let tenantID = tenant.string.flatMap { UUID(rfc9562: $0) }
    guard tenantID != nil || tenant == .null else { return nil }
    self.init(
      sequenceNumber: Int64(sequenceNumber), previousHash: previousHash, rowHash: rowHash, at: Int64(at),
      entry: AuditEntry(
        tenantID: tenantID, actorID: actorID, action: action, resourceType: resourceType, resourceID: resourceID,
        details: details))
  }
}
