import CRabbitMQ

extension Link {
  /// Asks the broker to confirm every publish from now on.
  func selectConfirms() throws(AMQPError) {
    unsafe amqp_confirm_select(state, channel)
    try checkReply("turn on confirms")
  }

  /// Writes a mandatory message; blocks while the socket's buffer is full. Nothing is known before its confirm.
  /// - Parameter tag: the publish's sequence number, sent along for a return to name it.
  func publish(_ outgoing: borrowing Outgoing, tag: UInt64) throws(AMQPError) {
    let message = outgoing.message
    defer { unsafe recycle_amqp_pool(pool) }
    var properties = unsafe amqp_basic_properties_t()
    var flags = AMQP_BASIC_HEADERS_FLAG | AMQP_BASIC_DELIVERY_MODE_FLAG
    func set(_ field: inout amqp_bytes_t, _ flag: CInt, _ text: String?) {
      guard let text else { return }
      unsafe field = unsafe bytes(text)
      flags |= flag
    }
    unsafe set(&properties.type, AMQP_BASIC_TYPE_FLAG, message.type)
    unsafe set(&properties.message_id, AMQP_BASIC_MESSAGE_ID_FLAG, message.messageID)
    unsafe set(&properties.correlation_id, AMQP_BASIC_CORRELATION_ID_FLAG, message.correlationID)
    unsafe set(&properties.reply_to, AMQP_BASIC_REPLY_TO_FLAG, message.replyTo)
    unsafe set(&properties.content_type, AMQP_BASIC_CONTENT_TYPE_FLAG, message.contentType)
    unsafe set(&properties.expiration, AMQP_BASIC_EXPIRATION_FLAG, message.expiration.map { String($0.milliseconds) })
    unsafe properties.delivery_mode = message.isPersistent ? 2 : 1
    unsafe properties.headers = table(
      message.headers, also: (ContentAssembly.publishTagHeader, Int64(bitPattern: tag)))
    unsafe properties._flags = amqp_flags_t(flags)

    let status = unsafe message.body.withUnsafeBytes { body in
      unsafe amqp_basic_publish(
        state, channel, bytes(outgoing.exchange), bytes(outgoing.routingKey), 1, 0, &properties,
        amqp_bytes_t(len: body.count, bytes: UnsafeMutableRawPointer(mutating: body.baseAddress)))
    }
    try Self.check(status, "publish")
  }
}

extension Duration {
  /// Whole milliseconds, rounded down.
  fileprivate var milliseconds: Int64 {
    components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
  }
}
