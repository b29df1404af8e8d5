/// A message: a body and the properties that AMQP carries beside it (AMQP 0-9-1 §1.8, class basic).
public struct AMQPMessage: Hashable, Sendable, CustomStringConvertible {
  /// The payload; at most the configuration's `maximumBodySize`.
  public var body: [UInt8]
  /// The command's or event's name.
  public var type: String?
  /// The application's identifier of the message.
  public var messageID: String?
  /// The application's identifier of the conversation.
  public var correlationID: String?
  /// The queue that a reply goes to, through the default exchange.
  public var replyTo: String?
  /// The body's media type.
  public var contentType: String?
  /// Named values beside the body; at most 64 KiB encoded, nested at most 8 deep.
  public var headers: [String: AMQPHeaderValue]
  /// Whether the broker keeps the message over a restart, in a durable queue.
  public var isPersistent: Bool
  /// How long the message may wait in a queue, in whole milliseconds; nil means forever.
  public var expiration: Duration?

  /// Creates a message; strings may have at most 255 bytes each.
  /// - Parameters:
  ///   - body: the payload.
  ///   - type: the command's or event's name; none by default.
  ///   - messageID: identifies the message; none by default.
  ///   - correlationID: identifies the conversation; none by default.
  ///   - replyTo: the queue that a reply goes to; none by default.
  ///   - contentType: `application/json` by default.
  ///   - headers: named values; none by default.
  ///   - isPersistent: true by default.
  ///   - expiration: how long it may wait in a queue; forever by default.
  public init(
    body: [UInt8], type: String? = nil, messageID: String? = nil, correlationID: String? = nil, replyTo: String? = nil,
    contentType: String? = "application/json", headers: [String: AMQPHeaderValue] = [:], isPersistent: Bool = true,
    expiration: Duration? = nil
  ) {
    self.body = body
    self.type = type
    self.messageID = messageID
    self.correlationID = correlationID
    self.replyTo = replyTo
    self.contentType = contentType
    self.headers = headers
    self.isPersistent = isPersistent
    self.expiration = expiration
  }

  /// The type, the identifiers and the body's size; neither body nor headers.
  public var description: String {
    "\(type ?? "message") id=\(messageID ?? "-") correlation=\(correlationID ?? "-") \(body.count) bytes"
  }
}
