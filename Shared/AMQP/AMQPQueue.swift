/// A durable quorum queue (RabbitMQ "Quorum Queues").
public struct AMQPQueue: Hashable, Sendable {
  /// Where a queue sends the messages that it gives up.
  public struct DeadLetter: Hashable, Sendable {
    /// The exchange; empty for the default one.
    public let exchange: String
    /// The routing key; nil keeps the message's own.
    public let routingKey: String?

    /// Creates a destination.
    /// - Parameters:
    ///   - exchange: the exchange; the default one by default.
    ///   - routingKey: the routing key; the message's own by default.
    public init(exchange: String = "", routingKey: String? = nil) {
      self.exchange = exchange
      self.routingKey = routingKey
    }
  }

  /// Its name, 1 … 255 bytes.
  public let name: String
  /// How many failed deliveries a message survives before it's dead-lettered; nil means any number.
  public let deliveryLimit: Int?
  /// Where rejected, expired and too often failed messages go; nil drops them.
  public let deadLetter: DeadLetter?
  /// Further arguments, such as `x-max-length`; they override those above.
  public let arguments: [String: AMQPHeaderValue]

  /// Creates a queue.
  /// - Parameters:
  ///   - name: its name.
  ///   - deliveryLimit: failed deliveries that a message survives; any number by default.
  ///   - deadLetter: where given-up messages go; nowhere by default.
  ///   - arguments: further arguments; none by default.
  public init(
    _ name: String, deliveryLimit: Int? = nil, deadLetter: DeadLetter? = nil, arguments: [String: AMQPHeaderValue] = [:]
  ) {
    self.name = name
    self.deliveryLimit = deliveryLimit
    self.deadLetter = deadLetter
    self.arguments = arguments
  }

  /// The arguments as the broker gets them.
  var declaredArguments: [String: AMQPHeaderValue] {
    var all: [String: AMQPHeaderValue] = ["x-queue-type": "quorum"]
    if let deliveryLimit { all["x-delivery-limit"] = .int(Int64(deliveryLimit)) }
    if let deadLetter {
      all["x-dead-letter-exchange"] = .string(deadLetter.exchange)
      if let routingKey = deadLetter.routingKey { all["x-dead-letter-routing-key"] = .string(routingKey) }
    }
    return all.merging(arguments) { $1 }
  }
}
