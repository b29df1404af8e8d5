public import Logging
public import ServiceLifecycle

/// Sends requests and waits for their replies over a connection of its own.
///
/// The replier publishes to the reply exchange with the request's `replyTo` as routing key and its `correlationID`. Where
/// that is the default exchange, replies come without a queue (RabbitMQ "Direct Reply-to"); but whoever may publish to
/// that one reaches every queue by its name. Through a direct exchange of their own, repliers need no other right.
/// Requests are mandatory and confirmed; a request that reached a queue may be handled even if its reply never comes.
public final class AMQPRPCClient: Service {
  /// How long a call waits for a connection, so that a broker out of reach isn't taken for a replier that is late.
  private static let connectionPatience = Duration.seconds(5)

  private let configuration: AMQPConfiguration
  private let replyTo: String
  private let outbox = Outbox()
  private let replies = Replies()
  private let loop: ConnectionLoop<CallSession>

  /// Creates a client; `run()` connects it.
  /// - Parameters:
  ///   - configuration: how to reach the broker.
  ///   - replyExchange: the direct exchange, which must exist, for replies; the default one unless told.
  ///   - window: how many requests may wait for their confirm; 512 by default.
  ///   - gracePeriod: how long a graceful shutdown waits for replies; 10 s by default.
  ///   - logger: told when the connection comes and goes.
  public init(
    configuration: AMQPConfiguration, replyExchange: String? = nil, window: Int = 512,
    gracePeriod: Duration = .seconds(10), logger: Logger = Logger(label: "amqp.rpc")
  ) {
    self.configuration = configuration
    let address = replyExchange.map { ReplyAddress(exchange: $0, routingKey: Self.randomID()) }
    replyTo = address?.routingKey ?? CallSession.replyQueue
    loop = ConnectionLoop(
      CallSession(
        requests: PublishSession(outbox: outbox, limit: max(window, 1), confirmTimeout: .seconds(30)),
        replies: replies, address: address),
      configuration: configuration, wakeup: outbox.wakeup, gracePeriod: gracePeriod, logger: logger)
  }

  /// Sends a request and waits for its reply; `replyTo` and `correlationID` are set here.
  ///
  /// Cancellation ends the wait at once; the request may still be handled and its reply is dropped.
  /// - Parameters:
  ///   - message: the request.
  ///   - exchange: the exchange; empty for the default one.
  ///   - routingKey: the routing key.
  ///   - timeout: bounds all of it: connecting, the confirm and the reply.
  ///   - isInterim: told of each reply in the order of their arrival; whether others follow it. It must not block. None
  ///     does unless told.
  /// - Returns: the last reply.
  /// - Throws: `AMQPError` with `timeout`, `connectionLost`, `unroutable` where no queue takes it, or as
  ///   `AMQPPublisher.publish`; `CancellationError`.
  public func call(
    _ message: AMQPMessage, exchange: String, routingKey: String, timeout: Duration,
    isInterim: @escaping @Sendable (AMQPMessage) -> Bool = { _ in false }
  ) async throws -> AMQPMessage {
    var request = message
    let id = Self.randomID()
    request.correlationID = id
    request.replyTo = replyTo
    try request.validate(
      exchange: exchange, routingKey: routingKey, maximumBodySize: configuration.maximumBodySize)
    replies.expect(id, isInterim: isInterim)
    defer { replies.forget(id) }
    return try await withTimeout(timeout) { [request] in
      do {
        try await self.outbox.publish(
          request, exchange: exchange, routingKey: routingKey, timeout: min(timeout, Self.connectionPatience))
      } catch let error as AMQPError where error.code == .outcomeUnknown {
        throw AMQPError(.connectionLost, error.reason, reply: error.reply)
      }
      return try await self.replies.reply(to: id)
    }
  }

  /// Keeps the connection; call it once, for as long as anybody calls.
  ///
  /// Graceful shutdown refuses new calls, waits for replies and returns; cancellation returns at once.
  /// - Throws: `AMQPError` where `isFatal`.
  public func run() async throws {
    try await loop.run()
  }

  /// 128 random bits: a replier that never saw the request can't guess where its reply would be taken.
  private static func randomID() -> String {
    var random = SystemRandomNumberGenerator()
    return String(random.next(), radix: 16) + "-" + String(random.next(), radix: 16)
  }
}

/// Runs an operation, cancelled when its time is over.
private func withTimeout<T: Sendable>(
  _ timeout: Duration, _ operation: @escaping @Sendable () async throws -> T
) async throws -> T {
  try await withThrowingTaskGroup(of: T.self) { group in
    group.addTask(operation: operation)
    group.addTask {
      try await Task.sleep(for: timeout)
      throw AMQPError(.timeout, "no reply within \(timeout)")
    }
    defer { group.cancelAll() }
    guard let result = try await group.next() else { throw CancellationError() }
    return result
  }
}
