import CRabbitMQ
import Glibc

extension Link {
  /// The next event, or nil when nothing more has arrived; serves heartbeats.
  /// - Parameter wait: the longest to wait for each frame; not at all unless told.
  /// - Throws: `AMQPError` when the broker closed the channel or the connection, or fell silent.
  func receive(atMost wait: Duration = .zero) throws(AMQPError) -> ServerEvent? {
    while true {
      unsafe amqp_maybe_release_buffers(state)
      var frame = unsafe amqp_frame_t()
      var timeout = timeval(wait)
      let status = unsafe amqp_simple_wait_frame_noblock(state, &frame, &timeout)
      guard status != AMQP_STATUS_TIMEOUT.rawValue else { return nil }
      try Self.check(status, "read")
      if let event = try unsafe interpret(frame) { return event }
    }
  }

  private func interpret(_ frame: amqp_frame_t) throws(AMQPError) -> ServerEvent? {
    switch unsafe CInt(frame.frame_type) {
    case AMQP_FRAME_METHOD:
      guard let decoded = unsafe frame.payload.method.decoded else { return nil }
      return try unsafe interpret(frame.payload.method.id, decoded)
    case AMQP_FRAME_HEADER:
      guard let decoded = unsafe frame.payload.properties.decoded else { return nil }
      let properties = unsafe decoded.assumingMemoryBound(to: amqp_basic_properties_t.self)
      return try unsafe assembly.header(AMQPMessage(properties.pointee), bodySize: frame.payload.properties.body_size)
    case AMQP_FRAME_BODY:
      let fragment = unsafe frame.payload.body_fragment
      return try unsafe assembly.body(UnsafeRawBufferPointer(start: fragment.bytes, count: fragment.len))
    default:
      return nil
    }
  }

  private func interpret(
    _ method: amqp_method_number_t, _ decoded: UnsafeMutableRawPointer
  ) throws(AMQPError) -> ServerEvent? {
    switch method {
    case AMQP_BASIC_ACK_METHOD:
      let ack = unsafe decoded.load(as: amqp_basic_ack_t.self)
      return .settled(Settlement(tag: ack.delivery_tag, isMultiple: ack.multiple != 0, isAck: true))
    case AMQP_BASIC_NACK_METHOD:
      let nack = unsafe decoded.load(as: amqp_basic_nack_t.self)
      return .settled(Settlement(tag: nack.delivery_tag, isMultiple: nack.multiple != 0, isAck: false))
    case AMQP_BASIC_DELIVER_METHOD:
      let deliver = unsafe decoded.load(as: amqp_basic_deliver_t.self)
      try unsafe assembly.begin(
        .deliver(
          tag: deliver.delivery_tag, exchange: String(deliver.exchange), routingKey: String(deliver.routing_key),
          redelivered: deliver.redelivered != 0))
      return nil
    case AMQP_BASIC_RETURN_METHOD:
      let returned = unsafe decoded.load(as: amqp_basic_return_t.self)
      try unsafe assembly.begin(
        .returned(AMQPError.Reply(code: Int(returned.reply_code), text: String(returned.reply_text))))
      return nil
    case AMQP_BASIC_CANCEL_METHOD: return .cancelled
    case AMQP_BASIC_CANCEL_OK_METHOD: return .cancelConfirmed
    case AMQP_CONNECTION_BLOCKED_METHOD: return .blocked(true)
    case AMQP_CONNECTION_UNBLOCKED_METHOD: return .blocked(false)
    case AMQP_CHANNEL_CLOSE_METHOD, AMQP_CONNECTION_CLOSE_METHOD: throw unsafe Self.closed(method, decoded, "read")
    default: return nil
    }
  }
}
