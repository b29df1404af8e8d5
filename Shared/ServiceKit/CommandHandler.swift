public import AMQP
public import Commands
public import Logging
public import Monitoring
import Postgres
import TracePropagation

/// Turns the deliveries of a queue into calls of a function on commands, and what that does into what becomes of them.
///
/// A message that isn't an authentic command is dead-lettered at once, as is one that can't succeed. A function that
/// throws is tried again, up to the queue's delivery limit. That limit is there for commands that are at fault
/// themselves: while the database or the broker is out of reach, the command stays in hand and is tried again after
/// 100 ms, then ever more rarely, at least every 5 s. Only what a command *is* gets logged, never its body.
public struct CommandHandler<Content: Command>: Sendable {
  /// What became of a command.
  public enum Outcome: Sendable {
    /// Its effect is committed, or there is none to have.
    case done
    /// It can't succeed, however often it is tried: to the dead letters.
    case hopeless(String)
  }

  private let authenticator: CommandAuthenticator
  private let outcomes: Counter
  private let durations: Histogram
  private let logger: Logger
  private let clock: any Clock<Duration>
  private let deadLetter: @Sendable (AMQPMessage, String) async throws -> Void
  private let body: @Sendable (Content, AMQPDelivery) async throws -> Outcome

  /// Creates a handler.
  /// - Parameters:
  ///   - authenticator: checks signatures.
  ///   - metrics: where outcomes are counted, as `tenant_kms_commands_total`.
  ///   - logger: told of what fails.
  ///   - clock: measures the pauses while something is out of reach; the continuous clock unless told.
  ///   - deadLetter: puts a message among the dead letters with the reason, and returns when it is safe there.
  ///   - body: does what the command says; must be idempotent.
  public init(
    authenticator: CommandAuthenticator, metrics: MetricRegistry, logger: Logger,
    clock: any Clock<Duration> = ContinuousClock(),
    deadLetter: @escaping @Sendable (AMQPMessage, String) async throws -> Void,
    body: @escaping @Sendable (Content, AMQPDelivery) async throws -> Outcome
  ) {
    self.authenticator = authenticator
    outcomes = metrics.counter(
      "tenant_kms_commands_total", "Commands handled, by what became of them.", labels: ["command", "outcome"])
    durations = metrics.histogram(
      "tenant_kms_command_seconds", "How long commands took, waiting for what was out of reach included.",
      labels: ["command"])
    self.logger = logger
    self.clock = clock
    self.deadLetter = deadLetter
    self.body = body
  }

  /// Handles a delivery; what an `AMQPConsumer` wants as its handler.
  ///
  /// Cancelled while it waits for the database or the broker, it gives the command back to the queue.
  ///
  /// What it does belongs to the trace that the message names, and so does what it publishes.
  public func handle(_ delivery: AMQPDelivery) async -> AMQPOutcome {
    let start = ContinuousClock.now
    defer { durations.observe(ContinuousClock.now - start, Content.name) }
    let trace = delivery.message.trace?.child ?? TraceContext()
    return await TraceContext.$current.withValue(trace) { await traced(delivery) }
  }

  private func traced(_ delivery: AMQPDelivery) async -> AMQPOutcome {
    var logger = logger
    logger[metadataKey: "command"] = "\(Content.name)"
    logger[metadataKey: "message_id"] = "\(delivery.message.messageID ?? "none")"
    do {
      let command = try authenticator.open(Content.self, from: SignedCommand(delivery.message))
      switch try await attempt(command, delivery, logger) {
      case .done:
        outcomes.add(1, Content.name, "done")
        return .ack
      case .hopeless(let reason): return await giveUp(delivery, reason, counted: "given_up", logger)
      }
    } catch let error as CommandError {
      return await giveUp(delivery, "\(error)", counted: "refused", logger)
    } catch {
      logger.warning("command failed, to be tried again", metadata: ["error": "\(error)"])
      outcomes.add(1, Content.name, "failed")
      return .retry
    }
  }

  private func attempt(_ command: Content, _ delivery: AMQPDelivery, _ logger: Logger) async throws -> Outcome {
    var delivery = delivery
    var pause = Duration.milliseconds(100)
    while true {
      do { return try await body(command, delivery) } catch  where Self.isOutage(error) {
        logger.warning("command waits", metadata: ["error": "\(error)"])
        try await clock.sleep(for: pause)
        pause = min(pause * 2, .seconds(5))
        // What it did may have been committed all the same, as before a redelivery.
        delivery = AMQPDelivery(
          message: delivery.message, exchange: delivery.exchange, routingKey: delivery.routingKey, redelivered: true)
      }
    }
  }

  /// A closed pool is none: this process ends, and another one gets the command.
  private static func isOutage(_ error: any Error) -> Bool {
    switch error {
    case let error as PostgresError: error.isConnectivity && error.code != .poolClosed
    case let error as AMQPError: error.isRetriable
    default: false
    }
  }

  /// Safe among the dead letters first, acknowledged second: at worst it is in both queues, never in neither. Where the
  /// first fails, the broker moves the message by itself, and the reason stands in the log alone.
  private func giveUp(
    _ delivery: AMQPDelivery, _ reason: String, counted outcome: String, _ logger: Logger
  ) async -> AMQPOutcome {
    logger.error("command given up", metadata: ["reason": "\(reason)"])
    outcomes.add(1, Content.name, outcome)
    do {
      try await deadLetter(delivery.message, reason)
      return .ack
    } catch {
      logger.warning("dead letter without its reason", metadata: ["error": "\(error)"])
      return .reject
    }
  }
}
