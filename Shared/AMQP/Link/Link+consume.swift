import CRabbitMQ

extension Link {
  /// The only consumer of the channel.
  private static let consumerTag = "consumer"

  /// Starts a consumer.
  /// - Parameters:
  ///   - queue: the queue to consume.
  ///   - prefetch: how many unacknowledged deliveries the broker may have out; nil means automatic acknowledgement.
  func consume(_ queue: String, prefetch: UInt16?) throws(AMQPError) {
    defer { unsafe recycle_amqp_pool(pool) }
    if let prefetch {
      unsafe amqp_basic_qos(state, channel, 0, prefetch, 0)
      try checkReply("limit deliveries")
    }
    unsafe amqp_basic_consume(
      state, channel, bytes(queue), bytes(Self.consumerTag), 0, prefetch == nil ? 1 : 0, 0, amqp_empty_table)
    try checkReply("consume \(queue)")
  }

  /// Asks the broker for no more deliveries; those under way still arrive, until `cancelConfirmed`.
  func cancelConsumer() throws(AMQPError) {
    defer { unsafe recycle_amqp_pool(pool) }
    var cancel = unsafe amqp_basic_cancel_t(consumer_tag: bytes(Self.consumerTag), nowait: 0)
    try unsafe Self.check(amqp_send_method(state, channel, AMQP_BASIC_CANCEL_METHOD, &cancel), "cancel the consumer")
  }

  /// Tells the broker what became of a delivery.
  func settle(_ tag: UInt64, _ outcome: AMQPOutcome) throws(AMQPError) {
    let status =
      switch outcome {
      case .ack: unsafe amqp_basic_ack(state, channel, tag, 0)
      case .retry: unsafe amqp_basic_nack(state, channel, tag, 0, 1)
      case .reject: unsafe amqp_basic_reject(state, channel, tag, 0)
      }
    try Self.check(status, "settle a delivery")
  }
}
