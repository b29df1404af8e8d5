/// A binding of a queue to an exchange.
public struct AMQPBinding: Hashable, Sendable {
  /// The queue that gets the messages.
  public let queue: String
  /// The exchange that they are published to.
  public let exchange: String
  /// The routing key to match; a fanout exchange ignores it.
  public let routingKey: String

  /// Creates a binding.
  /// - Parameters:
  ///   - queue: the queue that gets the messages.
  ///   - exchange: the exchange that they are published to.
  ///   - routingKey: the routing key to match; empty by default.
  public init(queue: String, exchange: String, routingKey: String = "") {
    self.queue = queue
    self.exchange = exchange
    self.routingKey = routingKey
  }
}
