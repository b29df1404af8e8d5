public import Logging
public import ServiceLifecycle

/// Hears every message of a fanout exchange while connected, one at a time and in order: for broadcasts, such as cache
/// invalidation.
///
/// The queue is temporary and this connection's own, so what is published while the link is down is missed: on `down`
/// the owner should distrust what it remembers, on `up` it may trust again what it learns from then on.
public final class AMQPSubscription: Service {
  private let pool: HandlerPool
  private let loop: ConnectionLoop<ConsumeSession>

  /// Creates a subscription; `run()` starts it.
  /// - Parameters:
  ///   - configuration: how to reach the broker.
  ///   - exchange: the fanout exchange to hear; while it doesn't exist, the link is down and tried again.
  ///   - prefetch: how many messages are buffered here, 1 … 65,535; 64 by default.
  ///   - logger: told when the connection comes and goes.
  ///   - onLinkChange: called when the link comes up, before its first message, and when it's lost; it must not block.
  ///   - handler: takes one message at a time.
  public init(
    configuration: AMQPConfiguration, exchange: String, prefetch: Int = 64,
    logger: Logger = Logger(label: "amqp.subscription"),
    onLinkChange: @escaping @Sendable (AMQPLinkState) -> Void = { _ in },
    handler: @escaping @Sendable (AMQPDelivery) async -> Void
  ) {
    let inbox = Inbox()
    pool = HandlerPool(inbox: inbox, limit: 1) { delivery in
      await handler(delivery)
      return .ack
    }
    loop = ConnectionLoop(
      ConsumeSession(
        .exchange(exchange), prefetch: UInt16(clamping: max(prefetch, 1)), topology: nil, inbox: inbox, logger: logger,
        onLinkChange: onLinkChange),
      configuration: configuration, wakeup: inbox.wakeup, gracePeriod: .seconds(1), logger: logger)
  }

  /// Listens until shutdown; call it once. Lost connections are made again with backoff.
  /// - Throws: `AMQPError` where `isFatal`, such as an exchange of another kind.
  public func run() async throws {
    try await pool.run(with: loop)
  }
}
