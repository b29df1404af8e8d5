public import FoundationEssentials

/// What happened to a tenant, broadcast to every process: a hint to look again, never a truth of its own.
///
/// An event may come twice, late or not at all, and an old one may be played again by whoever holds the broker. So it
/// carries no state: who hears it forgets what it remembers, or reads the database.
public struct TenantEvent: Command {
  /// The event's name on the wire; also what tells it from a command in the outbox.
  public static let name = "tenant.event"

  /// What happened.
  public enum Kind: String, Codable, Sendable, CaseIterable {
    /// A batch of a rewrap job was committed, or the job's status changed.
    case rewrapProgress = "rewrap.progress"
    /// The tenant's keys can't be unwrapped any more: forget them.
    case tenantSealed = "tenant.sealed"
    /// They can again.
    case tenantUnsealed = "tenant.unsealed"
    /// A new version of the tenant's master key is active.
    case keyRotated = "key.rotated"
    /// A version of the tenant's master key is gone: forget it.
    case keyRevoked = "key.revoked"
    /// An API key of the tenant was revoked: forget what is remembered of its keys.
    case apiKeyRevoked = "api_key.revoked"
  }

  /// Whom it happened to.
  public let tenantID: UUID
  /// What happened.
  public let kind: Kind
  /// The rewrap job that an event of `rewrap.progress` is about, else nil.
  public let leaseID: UUID?
  /// The key version that an event of `key.rotated` or `key.revoked` is about, else nil.
  public let version: Int32?

  /// Takes the members as they are.
  public init(_ kind: Kind, of tenantID: UUID, leaseID: UUID? = nil, version: Int32? = nil) {
    self.kind = kind
    self.tenantID = tenantID
    self.leaseID = leaseID
    self.version = version
  }

  private enum CodingKeys: String, CodingKey {
    case kind, version
    case tenantID = "tenant_id"
    case leaseID = "lease_id"
  }
}
