/// Publishes requests and takes their replies on one channel.
struct CallSession: LinkSession {
  /// The pseudo-queue whose messages come straight from the replier.
  static let replyQueue = "amq.rabbitmq.reply-to"

  private var requests: PublishSession
  private let replies: Replies
  private let address: ReplyAddress?

  /// Creates a session.
  /// - Parameters:
  ///   - requests: publishes the requests.
  ///   - replies: takes the replies.
  ///   - address: where replies are sent; nil for RabbitMQ's "Direct Reply-to".
  init(requests: PublishSession, replies: Replies, address: ReplyAddress?) {
    self.requests = requests
    self.replies = replies
    self.address = address
  }

  var isDrained: Bool { requests.isDrained && replies.isEmpty }

  mutating func opened(_ link: Link) throws(AMQPError) {
    try link.consume(replyQueue(on: link), prefetch: nil)
    try requests.opened(link)
  }

  /// The queue goes with the connection; the address stays, so that it is the next one's.
  private func replyQueue(on link: Link) throws(AMQPError) -> String {
    guard let address else { return Self.replyQueue }
    let queue = try link.declareTemporaryQueue()
    try link.bind(AMQPBinding(queue: queue, exchange: address.exchange, routingKey: address.routingKey))
    return queue
  }

  mutating func received(_ event: ServerEvent, on link: Link) throws(AMQPError) {
    guard case .delivery(_, let delivery) = event else { return try requests.received(event, on: link) }
    replies.resolve(delivery.message)
  }

  mutating func transfer(to link: Link) throws(AMQPError) {
    try requests.transfer(to: link)
  }

  mutating func drain(_ link: Link) throws(AMQPError) {
    try requests.drain(link)
  }

  mutating func lost(_ error: AMQPError) {
    replies.failAll(AMQPError(.connectionLost, "connection lost before the reply: \(error)", reply: error.reply))
    requests.lost(error)
  }
}

/// Where replies are sent: a direct exchange, and the key that makes it this client.
struct ReplyAddress: Sendable {
  let exchange: String
  let routingKey: String
}
