public import FoundationEssentials
public import JSON

/// One fact for the critical audit chain: who did what to which resource.
public struct AuditEntry: Sendable, Equatable {
  /// Whose resource; nil for the platform's own.
  public let tenantID: UUID?
  /// Who did it: the token's subject, or the service's name.
  public let actorID: String
  /// What: `byok.kms.onboard`.
  public let action: String
  /// The kind of resource: `tenant_key`.
  public let resourceType: String
  /// Which resource.
  public let resourceID: String
  /// More, without secrets.
  public let details: JSONValue

  /// Takes the members as they are.
  public init(
    tenantID: UUID?, actorID: String, action: String, resourceType: String, resourceID: String, details: JSONValue
  ) {
    self.tenantID = tenantID
    self.actorID = actorID
    self.action = action
    self.resourceType = resourceType
    self.resourceID = resourceID
    self.details = details
  }
}
