/// Puts a message back together from its method, header and body frames, none of which may be trusted in size.
struct ContentAssembly: Sendable {
  /// What the content belongs to.
  enum Method: Sendable {
    case deliver(tag: UInt64, exchange: String, routingKey: String, redelivered: Bool)
    case returned(AMQPError.Reply)
  }

  /// The header that carries a publish's sequence number, so that a return names the publish it belongs to.
  static let publishTagHeader = "x-publish-tag"

  private enum State {
    case idle
    case header(Method)
    case body(Method, AMQPMessage, remaining: Int, isKept: Bool)
  }

  private let maximumBodySize: Int
  private var state = State.idle

  init(maximumBodySize: Int) {
    self.maximumBodySize = maximumBodySize
  }

  /// Starts a message.
  /// - Throws: `AMQPError` with `protocolFailure` within another message.
  mutating func begin(_ method: Method) throws(AMQPError) {
    guard case .idle = state else { throw Self.outOfOrder }
    state = .header(method)
  }

  /// Takes the content header.
  /// - Returns: the event, if no body follows.
  mutating func header(_ message: AMQPMessage, bodySize: UInt64) throws(AMQPError) -> ServerEvent? {
    guard case .header(let method) = state, let size = Int(exactly: bodySize) else { throw Self.outOfOrder }
    var message = message
    // A returned message is ours and known: only its header matters.
    let isKept = if case .deliver = method { size <= maximumBodySize } else { false }
    if isKept { message.body.reserveCapacity(size) }
    return finish(method, message, remaining: size, isKept: isKept)
  }

  /// Takes a body fragment.
  /// - Returns: the event, if it was the last fragment.
  mutating func body(_ fragment: UnsafeRawBufferPointer) throws(AMQPError) -> ServerEvent? {
    let count = fragment.count
    guard case .body(let method, var message, let remaining, let isKept) = state, count <= remaining else {
      throw Self.outOfOrder
    }
    // Lets go of the other reference, so that appending doesn't copy the body.
    state = .idle
    if isKept { unsafe message.body.append(contentsOf: fragment) }
    return finish(method, message, remaining: remaining - count, isKept: isKept)
  }

  private mutating func finish(
    _ method: Method, _ message: AMQPMessage, remaining: Int, isKept: Bool
  ) -> ServerEvent? {
    guard remaining == 0 else {
      state = .body(method, message, remaining: remaining, isKept: isKept)
      return nil
    }
    state = .idle
    switch method {
    case .returned(let reply):
      return .returned(
        publishTag: message.headers[Self.publishTagHeader]?.intValue.flatMap(UInt64.init(exactly:)), reply)
    case .deliver(let tag, _, _, _) where !isKept: return .oversized(tag: tag)
    case .deliver(let tag, let exchange, let routingKey, let redelivered):
      var message = message
      message.headers[Self.publishTagHeader] = nil
      return .delivery(
        tag: tag,
        AMQPDelivery(message: message, exchange: exchange, routingKey: routingKey, redelivered: redelivered))
    }
  }

  private static let outOfOrder = AMQPError(.protocolFailure, "content frames out of order")
}
