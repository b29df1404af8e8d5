/// What waits in the outbox.
public struct OutboxBacklog: Sendable, Equatable {
  /// How many entries.
  public let entries: Int64
  /// How long the oldest has waited; zero where there is none.
  public let oldest: Duration

  /// Takes the figures.
  public init(entries: Int64, oldest: Duration) {
    self.entries = entries
    self.oldest = oldest
  }
}
