public import FoundationEssentials
public import JSON
import Postgres

/// A row of a tenant's audit log.
public struct AuditLogRow: Sendable, Equatable {
  /// UUIDv7.
  public let id: UUID
  /// What was done: `secret.create`.
  public let action: String
  /// The kind of resource: `secret`.
  public let resourceType: String
  /// Which resource.
  public let resourceID: String
  /// More, without secrets; `actor_id` says who did it.
  public let details: JSONValue
  /// The client's; nil where none was connected.
  public let ipAddress: String?
  /// When.
  public let createdAt: Date

  init(_ row: PostgresRow) throws {
    id = try row.get("id", as: UUID.self)
    action = try row.get("action", as: String.self)
    resourceType = try row.get("resource_type", as: String.self)
    resourceID = try row.get("resource_id", as: String.self)
    details = try row.json("details")
    ipAddress = try row.get("ip_address", as: String?.self)
    createdAt = try row.get("created_at", as: Date.self)
  }
}
