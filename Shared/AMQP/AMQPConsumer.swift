public import Logging
public import ServiceLifecycle

/// Hands a queue's messages to a handler over a connection of its own, and acknowledges each when its handler returns.
///
/// Delivery is at least once: after a lost connection the broker delivers again whatever wasn't acknowledged, also
/// while the first handler still runs, whose outcome is then dropped. Handlers must be idempotent.
public final class AMQPConsumer: Service {
  private let pool: HandlerPool
  private let loop: ConnectionLoop<ConsumeSession>

  /// Creates a consumer; `run()` starts it.
  /// - Parameters:
  ///   - configuration: how to reach the broker.
  ///   - queue: the queue to consume.
  ///   - prefetch: how many handlers run at once, 1 … 65,535; the broker holds back the rest.
  ///   - topology: declared on each connection; nothing by default.
  ///   - gracePeriod: how long a graceful shutdown waits for running handlers; 10 s by default.
  ///   - logger: told when the connection comes and goes.
  ///   - handler: does the work and says what becomes of the message; it may take longer than the heartbeat. Cancelled
  ///     when the consumer is, and when the grace period ends.
  public init(
    configuration: AMQPConfiguration, queue: String, prefetch: Int, topology: AMQPTopology? = nil,
    gracePeriod: Duration = .seconds(10), logger: Logger = Logger(label: "amqp.consumer"),
    handler: @escaping @Sendable (AMQPDelivery) async -> AMQPOutcome
  ) {
    let inbox = Inbox()
    let prefetch = UInt16(clamping: max(prefetch, 1))
    pool = HandlerPool(inbox: inbox, limit: Int(prefetch), handler: handler)
    loop = ConnectionLoop(
      ConsumeSession(.queue(queue), prefetch: prefetch, topology: topology, inbox: inbox, logger: logger),
      configuration: configuration, wakeup: inbox.wakeup, gracePeriod: gracePeriod, logger: logger)
  }

  /// Consumes until shutdown; call it once.
  ///
  /// A lost connection, a cancelled consumer and a missing queue are tried again with backoff. Graceful shutdown takes
  /// no more deliveries, gives back those not begun, waits for running handlers, acknowledges and returns. Cancellation
  /// cancels the handlers and returns when they have; what they did is not acknowledged.
  /// - Throws: `AMQPError` where `isFatal`, such as a topology that exists with other properties.
  public func run() async throws {
    try await pool.run(with: loop)
  }
}
