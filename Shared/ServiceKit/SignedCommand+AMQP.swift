public import AMQP
public import Commands
import FoundationEssentials
import TracePropagation

extension SignedCommand {
  /// Reads a message; nothing of it is trusted before it has been opened.
  /// - Throws: `CommandError` with `notAuthentic` where it lacks what a signature covers.
  public init(_ message: AMQPMessage) throws(CommandError) {
    guard let name = message.type, let messageID = message.messageID.flatMap({ UUID(rfc9562: $0) }),
      case .string(let signature)? = message.headers[CommandAuthenticator.signatureHeader]
    else { throw CommandError(code: .notAuthentic) }
    self.init(name: name, messageID: messageID, body: message.body, signature: signature)
  }

  /// The message that carries this command, and the trace of the task that asks for it.
  public var message: AMQPMessage {
    var headers: [String: AMQPHeaderValue] = [CommandAuthenticator.signatureHeader: .string(signature)]
    headers[TraceContext.header] = TraceContext.current.map { .string($0.headerValue) }
    return AMQPMessage(body: body, type: name, messageID: messageID.text, headers: headers)
  }
}

extension AMQPMessage {
  /// The trace that it belongs to, as its publisher says.
  var trace: TraceContext? {
    guard case .string(let text)? = headers[TraceContext.header] else { return nil }
    return TraceContext(header: text)
  }
}

extension AMQPPublisher {
  /// Signs a command and publishes it to its queue; returns when it is safe there.
  /// - Throws: `CommandError`; as ``AMQP/AMQPPublisher/publish(_:exchange:routingKey:)``.
  public func publish(_ command: some Command, signedBy authenticator: CommandAuthenticator) async throws {
    let signed = try authenticator.sign(command)
    try await publish(signed.message, exchange: CommandTopology.exchange, routingKey: signed.name)
  }
}
