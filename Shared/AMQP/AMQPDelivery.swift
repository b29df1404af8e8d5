/// A message as the broker handed it to a consumer.
public struct AMQPDelivery: Sendable {
  /// The message.
  public let message: AMQPMessage
  /// The exchange that it was published to; empty for the default exchange.
  public let exchange: String
  /// The routing key that it was published with.
  public let routingKey: String
  /// Whether it was delivered before and not acknowledged; a hint, not a proof.
  public let redelivered: Bool

  /// How often a quorum queue delivered it before without an acknowledgement (`x-delivery-count`); 0 at first.
  public var deliveryCount: Int {
    Int(message.headers["x-delivery-count"]?.intValue ?? 0)
  }

  /// The queue that the sender wants a reply in, through the default exchange.
  public var replyTo: String? { message.replyTo }

  /// Creates a delivery, for tests of handlers.
  /// - Parameters:
  ///   - message: the message.
  ///   - exchange: where it was published to; the default exchange by default.
  ///   - routingKey: its routing key; empty by default.
  ///   - redelivered: false by default.
  public init(message: AMQPMessage, exchange: String = "", routingKey: String = "", redelivered: Bool = false) {
    self.message = message
    self.exchange = exchange
    self.routingKey = routingKey
    self.redelivered = redelivered
  }
}
