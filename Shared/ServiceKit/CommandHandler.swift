public import AMQP
public import Commands
public import Logging

/// Turns the deliveries of a queue into calls of a function on commands, and what that does into what becomes of them.
///
/// A message that isn't an authentic command is dead-lettered at once. A function that throws is tried again, up to
/// the queue's delivery limit. Only what a command *is* gets logged, never its body.
public struct CommandHandler<Content: Command>: Sendable {
  /// What became of a command.
  public enum Outcome: Sendable {
    /// Its effect is committed, or there is none to have.
    case done
    /// It can't succeed, however often it is tried: to the dead letters.
    case hopeless(String)
  }

  private let authenticator: CommandAuthenticator
  private let logger: Logger
  private let body: @Sendable (Content, AMQPDelivery) async throws -> Outcome

  /// Creates a handler.
  /// - Parameters:
  ///   - authenticator: checks signatures.
  ///   - logger: told of what fails.
  ///   - body: does what the command says; must be idempotent.
  public init(
    authenticator: CommandAuthenticator, logger: Logger,
    body: @escaping @Sendable (Content, AMQPDelivery) async throws -> Outcome
  ) {
    self.authenticator = authenticator
    self.logger = logger
    self.body = body
  }

  /// Handles a delivery; what an `AMQPConsumer` wants as its handler.
  public func handle(_ delivery: AMQPDelivery) async -> AMQPOutcome {
    var logger = logger
    logger[metadataKey: "command"] = "\(Content.name)"
    logger[metadataKey: "message_id"] = "\(delivery.message.messageID ?? "none")"
    do {
      let command = try authenticator.open(Content.self, from: SignedCommand(delivery.message))
      switch try await body(command, delivery) {
      case .done: return .ack
      case .hopeless(let reason):
        logger.error("command given up", metadata: ["reason": "\(reason)"])
        return .reject
      }
    } catch let error as CommandError {
      logger.error("command refused", metadata: ["error": "\(error)"])
      return .reject
    } catch {
      logger.warning("command failed, to be tried again", metadata: ["error": "\(error)"])
      return .retry
    }
  }
}
