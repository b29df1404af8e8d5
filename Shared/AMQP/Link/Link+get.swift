import CRabbitMQ

extension Link {
  /// Takes the first message of a queue, to be settled later (`basic.get`).
  /// - Parameter patience: the longest that each frame of its content may take.
  func get(_ queue: String, patience: Duration) throws(AMQPError) -> AMQPPulled? {
    let reply = unsafe amqp_basic_get(state, channel, bytes(queue), 0)
    unsafe recycle_amqp_pool(pool)
    try unsafe Self.check(reply, "get from \(queue)")
    guard unsafe reply.reply.id == AMQP_BASIC_GET_OK_METHOD, let decoded = unsafe reply.reply.decoded else {
      return nil
    }
    let found = unsafe decoded.load(as: amqp_basic_get_ok_t.self)
    try unsafe assembly.begin(
      .deliver(
        tag: found.delivery_tag, exchange: String(found.exchange), routingKey: String(found.routing_key),
        redelivered: found.redelivered != 0))
    while let event = try receive(atMost: patience) {
      switch event {
      case .delivery(let tag, let delivery): return AMQPPulled(tag: tag, delivery: delivery)
      case .oversized(let tag): return AMQPPulled(tag: tag, delivery: nil)
      default: continue
      }
    }
    throw AMQPError(.connectionLost, "get from \(queue): the message's content didn't come")
  }

  /// What lies in a queue, which must exist, and who reads it (`queue.declare`, passive).
  func state(of queue: String) throws(AMQPError) -> AMQPQueueState {
    let answer = unsafe amqp_queue_declare(state, channel, bytes(queue), 1, 0, 0, 0, amqp_empty_table)
    unsafe recycle_amqp_pool(pool)
    try checkReply("look at \(queue)")
    guard let answer = unsafe answer else { throw AMQPError(.protocolFailure, "a queue without an answer") }
    return unsafe AMQPQueueState(
      messages: Int(answer.pointee.message_count), consumers: Int(answer.pointee.consumer_count))
  }
}
