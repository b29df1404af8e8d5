/// A message taken by an ``AMQPPullClient``.
public struct AMQPPulled: Sendable {
  let tag: UInt64
  /// The message; nil where its body is larger than the configured maximum, and was skipped.
  public let delivery: AMQPDelivery?
}
