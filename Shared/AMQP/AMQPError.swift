/// Why an operation on the broker failed.
///
/// `description` holds the code and the broker's own words, never a message body, a header or a password.
public struct AMQPError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The kind of failure; open, so that new kinds don't break a `switch`.
  public struct Code: Hashable, Sendable, CustomStringConvertible {
    /// The code's name, stable enough for logs and metrics labels.
    public let description: String

    /// The URL or an option can't be used.
    public static let invalidConfiguration = Code(description: "invalid_configuration")
    /// A message breaks a limit of the protocol or of the configuration; nothing was sent.
    public static let invalidMessage = Code(description: "invalid_message")
    /// There was no connection within the time allowed; nothing was sent.
    public static let notConnected = Code(description: "not_connected")
    /// The connection broke, or the broker closed it.
    public static let connectionLost = Code(description: "connection_lost")
    /// The broker refused the credentials or the virtual host (AMQP 403 and 530 while connecting).
    public static let accessRefused = Code(description: "access_refused")
    /// The broker's certificate isn't trusted or isn't for this host; TLS could not be agreed.
    public static let untrustedBroker = Code(description: "untrusted_broker")
    /// The broker closed the channel: `reply` says why.
    public static let channelClosed = Code(description: "channel_closed")
    /// An exchange or queue exists with other properties than those declared (AMQP 406).
    public static let topologyMismatch = Code(description: "topology_mismatch")
    /// The exchange or queue named doesn't exist (AMQP 404).
    public static let notFound = Code(description: "not_found")
    /// The broker cancelled the consumer: its queue was deleted or failed over.
    public static let consumerCancelled = Code(description: "consumer_cancelled")
    /// No queue is bound for this message (`basic.return`); the broker dropped it.
    public static let unroutable = Code(description: "unroutable")
    /// The broker took no responsibility for the message (`basic.nack`).
    public static let refused = Code(description: "refused")
    /// The message was sent, its confirm never came: it may or may not be in the queue.
    public static let outcomeUnknown = Code(description: "outcome_unknown")
    /// No reply within the time allowed.
    public static let timeout = Code(description: "timeout")
    /// This end is shutting down, or has.
    public static let shutDown = Code(description: "shut_down")
    /// librabbitmq could not read what the broker sent, or ran out of memory.
    public static let protocolFailure = Code(description: "protocol_failure")
  }

  /// What the broker said when it closed a channel or connection, or returned a message.
  public struct Reply: Hashable, Sendable {
    /// The AMQP reply code, such as 404.
    public let code: Int
    /// The AMQP reply text, at most 255 bytes; it names exchanges and queues, never contents.
    public let text: String

    /// Creates a reply.
    /// - Parameters:
    ///   - code: the AMQP reply code.
    ///   - text: the AMQP reply text.
    public init(code: Int, text: String) {
      self.code = code
      self.text = text
    }
  }

  /// The kind of failure.
  public let code: Code
  /// What was attempted or went wrong, in this library's words.
  public let reason: String
  /// What the broker said, where it said something.
  public let reply: Reply?

  /// Creates an error.
  /// - Parameters:
  ///   - code: the kind of failure.
  ///   - reason: what went wrong; it's logged, so no payloads and no secrets.
  ///   - reply: what the broker said; none by default.
  public init(_ code: Code, _ reason: String, reply: Reply? = nil) {
    self.code = code
    self.reason = reason
    self.reply = reply
  }

  /// Whether the same call may succeed later without anybody changing anything.
  ///
  /// After `outcomeUnknown` a retry may publish twice; handlers are idempotent.
  public var isRetriable: Bool {
    switch code {
    case .notConnected, .connectionLost, .outcomeUnknown, .refused, .timeout, .consumerCancelled, .channelClosed: true
    default: false
    }
  }

  /// Whether reconnecting is useless: only a changed configuration or topology helps. `run()` ends with these.
  public var isFatal: Bool {
    code == .topologyMismatch || code == .invalidConfiguration
  }

  /// The code, the reason and the broker's reply.
  public var description: String {
    guard let reply else { return "\(code): \(reason)" }
    return "\(code): \(reason) (\(reply.code) \(reply.text))"
  }
}
