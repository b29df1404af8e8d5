public import FoundationEssentials
public import TracePropagation

/// A command that a transaction caused, waiting to be published.
public struct OutboxEntry: Sendable, Equatable {
  /// Grows in the order of insertion.
  public let id: Int64
  /// Whose command it is.
  public let tenantID: UUID
  /// The AMQP `message_id`: the same however often the entry is published.
  public let messageID: UUID
  /// The command's name.
  public let name: String
  /// The command's body, unsigned.
  public let body: [UInt8]
  /// The trace that caused it; nil where none did.
  public let trace: TraceContext?
}

extension OutboxEntry {
  /// What became of an entry that was to be published.
  public enum Fate: Sendable {
    /// The broker has it.
    case published
    /// It can't be published as it is: it stays, and so does what its tenant added after it, for the sake of the order.
    case stuck
  }
}
