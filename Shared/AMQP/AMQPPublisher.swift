public import Logging
public import ServiceLifecycle

/// Publishes messages over a connection of its own; a publish returns when the message is safe.
///
/// Safe means confirmed by the broker and routed to at least one queue (RabbitMQ "Consumer Acknowledgements and
/// Publisher Confirms"). Any number of tasks may publish at once. The connection is kept, and made again, by `run()`.
public final class AMQPPublisher: Service {
  private let configuration: AMQPConfiguration
  private let timeout: Duration
  private let outbox = Outbox()
  private let loop: ConnectionLoop<PublishSession>

  /// Creates a publisher; `run()` connects it.
  /// - Parameters:
  ///   - configuration: how to reach the broker.
  ///   - window: how many publishes may wait for their confirm, the others queueing behind them; 512 by default.
  ///   - timeout: how long a publish waits for a connection; 5 s by default.
  ///   - confirmTimeout: how long a confirm may take before the connection counts as lost; 30 s by default.
  ///   - gracePeriod: how long a graceful shutdown waits for outstanding confirms; 10 s by default.
  ///   - logger: told when the connection comes and goes.
  public init(
    configuration: AMQPConfiguration, window: Int = 512, timeout: Duration = .seconds(5),
    confirmTimeout: Duration = .seconds(30), gracePeriod: Duration = .seconds(10),
    logger: Logger = Logger(label: "amqp.publisher")
  ) {
    self.configuration = configuration
    self.timeout = timeout
    loop = ConnectionLoop(
      PublishSession(outbox: outbox, limit: max(window, 1), confirmTimeout: confirmTimeout),
      configuration: configuration, wakeup: outbox.wakeup, gracePeriod: gracePeriod, logger: logger)
  }

  /// Publishes a message and waits until the broker has confirmed it.
  ///
  /// Cancellation ends the wait at once; a message already written may still be delivered.
  /// - Parameters:
  ///   - message: the message.
  ///   - exchange: the exchange; empty for the default one, which routes to the queue named by the routing key.
  ///   - routingKey: the routing key.
  /// - Throws: `AMQPError` with `unroutable`, `refused`, `notFound`, `invalidMessage` (never written: `notConnected`,
  ///   `shutDown`; perhaps in the queue: `outcomeUnknown`), or `CancellationError`.
  public func publish(_ message: AMQPMessage, exchange: String, routingKey: String) async throws {
    try message.validate(
      exchange: exchange, routingKey: routingKey, maximumBodySize: configuration.maximumBodySize)
    try await outbox.publish(message, exchange: exchange, routingKey: routingKey, timeout: timeout)
  }

  /// Says whether there is a connection to publish over; asks nobody.
  /// - Throws: `AMQPError` with `notConnected`, and why.
  public func checkConnection() throws(AMQPError) { try outbox.checkConnection() }

  /// Keeps the connection; call it once, for as long as anybody publishes.
  ///
  /// Graceful shutdown refuses new publishes, waits for outstanding confirms and returns; cancellation returns at once.
  /// - Throws: `AMQPError` where `isFatal`.
  public func run() async throws {
    try await loop.run()
  }
}
