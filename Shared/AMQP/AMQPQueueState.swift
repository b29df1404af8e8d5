/// What the broker says of a queue that it is asked about (AMQP 0-9-1, `queue.declare-ok`).
public struct AMQPQueueState: Hashable, Sendable {
  /// How many messages lie ready, apart from those that somebody has taken and not settled.
  public let messages: Int
  /// How many consumers there are.
  public let consumers: Int

  /// Takes the members as they are.
  public init(messages: Int, consumers: Int) {
    self.messages = messages
    self.consumers = consumers
  }
}
