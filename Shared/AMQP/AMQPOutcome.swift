/// What becomes of a delivery after its handler.
public enum AMQPOutcome: Hashable, Sendable {
  /// Done: the broker forgets the message.
  case ack
  /// Not now: back into the queue (`basic.nack` with requeue); a quorum queue counts it toward its delivery limit.
  case retry
  /// Never: dead-lettered if the queue has a dead-letter exchange, dropped otherwise.
  case reject
}
