/// A message on its way out.
struct Outgoing: Sendable {
  /// Names the publish within its outbox.
  let id: UInt64
  let message: AMQPMessage
  let exchange: String
  let routingKey: String
}
