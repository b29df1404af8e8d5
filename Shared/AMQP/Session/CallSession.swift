/// Publishes requests and takes their replies on one channel, as RabbitMQ's "Direct Reply-to" demands.
struct CallSession: LinkSession {
  /// The pseudo-queue whose messages come straight from the replier.
  static let replyQueue = "amq.rabbitmq.reply-to"

  private var requests: PublishSession
  private let replies: Replies

  /// Creates a session.
  /// - Parameters:
  ///   - requests: publishes the requests.
  ///   - replies: takes the replies.
  init(requests: PublishSession, replies: Replies) {
    self.requests = requests
    self.replies = replies
  }

  var isDrained: Bool { requests.isDrained && replies.isEmpty }

  mutating func opened(_ link: Link) throws(AMQPError) {
    try link.consume(Self.replyQueue, prefetch: nil)
    try requests.opened(link)
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
