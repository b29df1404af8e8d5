public import AMQP
public import Commands
public import FoundationEssentials

/// A command that was given up, as far as an operator may see it: everything but its body.
public struct DeadLetter: Sendable, Equatable {
  /// The queue that it was for.
  public let queue: String
  /// The AMQP `message_id`, where it has one; nothing of a message that isn't authentic can be trusted.
  public let messageID: String?
  /// The command's name, likewise.
  public let command: String?
  /// Why it was given up: the handler's words, or the broker's word (`delivery_limit`, `rejected`).
  public let reason: String
  /// How often it was given up.
  public let deaths: Int
  /// When, as far as that is known.
  public let diedAt: Date?
  /// Whether one of our services signed it: only such a command can be requeued.
  public let isAuthentic: Bool

  /// Reads a message of a dead-letter queue.
  /// - Parameters:
  ///   - pulled: the message.
  ///   - queue: the queue that it was for.
  ///   - authenticator: checks its signature.
  public init(_ pulled: AMQPPulled, of queue: String, authenticator: CommandAuthenticator) {
    self.init(pulled.delivery?.message, of: queue, authenticator: authenticator)
  }

  /// - Parameter message: nil for one too long to be taken.
  init(_ message: AMQPMessage?, of queue: String, authenticator: CommandAuthenticator) {
    let headers = message?.headers ?? [:]
    let doubt = Self.doubt(about: message, authenticator)
    // The broker's own note on the queue where it died, the newest first.
    var death: [String: AMQPHeaderValue] = [:]
    if case .array(let deaths)? = headers["x-death"], case .table(let newest)? = deaths.first { death = newest }
    self.queue = queue
    messageID = message?.messageID
    command = message?.type
    reason = headers[Self.reasonHeader]?.stringValue ?? doubt?.description ?? death["reason"]?.stringValue ?? "unknown"
    deaths = 1 + Self.requeues(of: message)
    let seconds = headers[Self.timeHeader]?.intValue ?? death["time"]?.intValue
    diedAt = seconds.map { Date(timeIntervalSince1970: TimeInterval($0)) }
    isAuthentic = doubt == nil
  }

  private static func doubt(
    about message: AMQPMessage?, _ authenticator: CommandAuthenticator
  ) -> CommandError? {
    guard let message else { return CommandError(code: .tooLong) }
    do {
      try authenticator.check(SignedCommand(message))
      return nil
    } catch { return error }
  }
}

// MARK: - What travels with a dead letter

extension DeadLetter {
  static let reasonHeader = "x-reason"
  static let timeHeader = "x-died-at"
  static let requeuesHeader = "x-requeues"

  /// How often an operator has put a message back.
  static func requeues(of message: AMQPMessage?) -> Int {
    Int(min(max(message?.headers[requeuesHeader]?.intValue ?? 0, 0), 1_000_000))
  }

  /// The message as it is to be published anew: the same bytes, under the same name, id and signature.
  ///
  /// Of the headers only those known here go along: the broker obeys some (`CC` sends copies to any queue), and a
  /// message that isn't authentic may bear them.
  static func republished(_ message: AMQPMessage, _ headers: [String: AMQPHeaderValue]) -> AMQPMessage {
    var copy = message
    copy.headers = headers
    copy.headers[CommandAuthenticator.signatureHeader] = message.headers[CommandAuthenticator.signatureHeader]
    copy.expiration = nil
    copy.isPersistent = true
    return copy
  }
}

extension AMQPPublisher {
  /// Puts a message among the dead letters of its queue, and says why; returns when it is safe there.
  /// - Parameters:
  ///   - message: as it was delivered.
  ///   - queue: the queue that it was for.
  ///   - reason: in a few words; never anything of its body.
  /// - Throws: as ``AMQP/AMQPPublisher/publish(_:exchange:routingKey:)``.
  public func deadLetter(_ message: AMQPMessage, of queue: String, reason: String) async throws {
    let dead = DeadLetter.republished(
      message,
      [
        DeadLetter.reasonHeader: .string(String(reason.prefix(1000))),
        DeadLetter.timeHeader: .int(Int64(Date().timeIntervalSince1970)),
        DeadLetter.requeuesHeader: .int(Int64(DeadLetter.requeues(of: message))),
      ])
    try await publish(dead, exchange: CommandTopology.deadLetters, routingKey: queue)
  }
}
