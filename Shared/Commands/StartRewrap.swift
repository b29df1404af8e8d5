public import FoundationEssentials

/// `rewrap.start`: plan a rewrap job and set its first window of batches going. Outbox → worker.
public struct StartRewrap: Command {
  /// The command's name on the wire.
  public static let name = "rewrap.start"

  /// The job, whose id is the rewrap lease id.
  public let leaseID: UUID

  /// Takes the members as they are.
  public init(leaseID: UUID) { self.leaseID = leaseID }

  private enum CodingKeys: String, CodingKey { case leaseID = "lease_id" }
}
