public import FoundationEssentials

/// A command that a transaction caused, waiting to be published.
public struct OutboxEntry: Sendable, Equatable {
  /// Grows in the order of insertion.
  public let id: Int64
  /// The AMQP `message_id`: the same however often the entry is published.
  public let messageID: UUID
  /// The command's name.
  public let name: String
  /// The command's body, unsigned.
  public let body: [UInt8]
}
