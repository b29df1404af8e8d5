import CRabbitMQ

extension Link {
  /// Declares exchanges, then queues, then bindings.
  /// - Throws: `AMQPError` with `topologyMismatch` where one exists with other properties, naming it and the difference.
  func declare(_ topology: AMQPTopology) throws(AMQPError) {
    for exchange in topology.exchanges { try declare(exchange) }
    for queue in topology.queues { try declare(queue) }
    for binding in topology.bindings { try bind(binding) }
  }

  /// Declares a queue that only this connection sees and that ends with it.
  /// - Returns: the name that the broker chose.
  func declareTemporaryQueue() throws(AMQPError) -> String {
    let answer = unsafe amqp_queue_declare(state, channel, amqp_empty_bytes, 0, 0, 1, 1, amqp_empty_table)
    try checkReply("declare a temporary queue")
    guard let answer = unsafe answer else { throw AMQPError(.protocolFailure, "a queue without a name") }
    return unsafe String(answer.pointee.queue)
  }

  /// Binds a queue.
  func bind(_ binding: AMQPBinding) throws(AMQPError) {
    defer { unsafe recycle_amqp_pool(pool) }
    unsafe amqp_queue_bind(
      state, channel, bytes(binding.queue), bytes(binding.exchange), bytes(binding.routingKey), amqp_empty_table)
    try checkReply("bind \(binding.queue) to \(binding.exchange)")
  }

  private func declare(_ exchange: AMQPExchange) throws(AMQPError) {
    defer { unsafe recycle_amqp_pool(pool) }
    unsafe amqp_exchange_declare(
      state, channel, bytes(exchange.name), bytes(exchange.kind.rawValue), 0, exchange.isDurable ? 1 : 0, 0, 0,
      amqp_empty_table)
    try checkDeclared("declare the exchange \(exchange.name)")
  }

  private func declare(_ queue: AMQPQueue) throws(AMQPError) {
    defer { unsafe recycle_amqp_pool(pool) }
    unsafe amqp_queue_declare(state, channel, bytes(queue.name), 0, 1, 0, 0, table(queue.declaredArguments))
    try checkDeclared("declare the queue \(queue.name)")
  }

  /// 406 means a mismatch only here: elsewhere it's an unknown delivery tag or an acknowledgement overdue.
  private func checkDeclared(_ attempt: String) throws(AMQPError) {
    do {
      try checkReply(attempt)
    } catch  where error.reply?.code == 406 {
      throw AMQPError(.topologyMismatch, error.reason, reply: error.reply)
    }
  }
}
