/// What the broker says on an open channel, copied out of librabbitmq's memory.
///
/// A closed channel or connection is no event: `Link.receive()` throws it.
enum ServerEvent: Sendable {
  /// A message for the consumer.
  case delivery(tag: UInt64, AMQPDelivery)
  /// A message for the consumer whose body was larger than allowed, and was skipped.
  case oversized(tag: UInt64)
  /// A mandatory message that reached no queue; its confirm follows.
  case returned(publishTag: UInt64?, AMQPError.Reply)
  /// The broker took (or refused) responsibility for one publish, or for all up to it.
  case settled(Settlement)
  /// The broker cancelled the consumer.
  case cancelled
  /// The broker agreed to cancel the consumer: no delivery follows.
  case cancelConfirmed
  /// The broker stopped (true) or resumed (false) reading from publishers: a memory or disk alarm.
  case blocked(Bool)
}
