import Logging

/// Consumes a queue into an inbox and acknowledges what the handlers are done with.
struct ConsumeSession: LinkSession {
  /// What is consumed.
  enum Source: Sendable {
    /// A queue that others declare, or the topology does.
    case queue(String)
    /// A temporary queue bound to this exchange.
    case exchange(String)
  }

  private let source: Source
  private let prefetch: UInt16
  private let topology: AMQPTopology?
  private let inbox: Inbox
  private let logger: Logger
  private let onLinkChange: @Sendable (AMQPLinkState) -> Void
  private var isUp = false
  private var isDraining = false
  private var isCancelled = false

  /// Creates a session.
  /// - Parameters:
  ///   - source: what is consumed.
  ///   - prefetch: how many unacknowledged deliveries the broker may have out.
  ///   - topology: declared on each connection.
  ///   - inbox: where deliveries go and outcomes come from.
  ///   - logger: told of messages that no handler sees.
  ///   - onLinkChange: told, on the loop's queue, when nothing is missed from now on, and when something may be.
  init(
    _ source: Source, prefetch: UInt16, topology: AMQPTopology?, inbox: Inbox, logger: Logger,
    onLinkChange: @escaping @Sendable (AMQPLinkState) -> Void = { _ in }
  ) {
    self.source = source
    self.prefetch = prefetch
    self.topology = topology
    self.inbox = inbox
    self.logger = logger
    self.onLinkChange = onLinkChange
  }

  var isDrained: Bool { isCancelled && inbox.isIdle }

  mutating func opened(_ link: Link) throws(AMQPError) {
    if let topology { try link.declare(topology) }
    switch source {
    case .queue(let name):
      try link.consume(name, prefetch: prefetch)
    case .exchange(let name):
      let queue = try link.declareTemporaryQueue()
      try link.bind(AMQPBinding(queue: queue, exchange: name))
      try link.consume(queue, prefetch: prefetch)
    }
    isUp = true
    onLinkChange(.up)
  }

  mutating func received(_ event: ServerEvent, on link: Link) throws(AMQPError) {
    switch event {
    case .delivery(let tag, _) where isDraining: try link.settle(tag, .retry)
    case .delivery(let tag, let delivery): inbox.put(tag, delivery)
    case .oversized(let tag):
      logger.warning("AMQP message rejected: larger than the configured maximum")
      try link.settle(tag, .reject)
    case .cancelled: throw AMQPError(.consumerCancelled, "the broker cancelled the consumer")
    case .cancelConfirmed: isCancelled = true
    default: break
    }
  }

  mutating func transfer(to link: Link) throws(AMQPError) {
    for (tag, outcome) in inbox.takeOutcomes() { try link.settle(tag, outcome) }
  }

  mutating func drain(_ link: Link) throws(AMQPError) {
    isDraining = true
    try link.cancelConsumer()
    for tag in inbox.takeUnstarted() { try link.settle(tag, .retry) }
  }

  mutating func lost(_ error: AMQPError) {
    inbox.beginEpoch()
    (isDraining, isCancelled) = (false, false)
    guard isUp else { return }
    isUp = false
    onLinkChange(.down(error))
  }
}
