import CRabbitMQ

extension Link {
  /// Turns librabbitmq's status into an error.
  static func check(_ status: CInt, _ attempt: String) throws(AMQPError) {
    guard status < 0 else { return }
    let code: AMQPError.Code =
      switch amqp_status_enum(status) {
      case AMQP_STATUS_SSL_HOSTNAME_VERIFY_FAILED, AMQP_STATUS_SSL_PEER_VERIFY_FAILED,
        AMQP_STATUS_SSL_CONNECTION_FAILED:
        .untrustedBroker
      case AMQP_STATUS_NO_MEMORY, AMQP_STATUS_BAD_AMQP_DATA, AMQP_STATUS_UNKNOWN_CLASS, AMQP_STATUS_UNKNOWN_METHOD,
        AMQP_STATUS_WRONG_METHOD, AMQP_STATUS_UNEXPECTED_STATE, AMQP_STATUS_INCOMPATIBLE_AMQP_VERSION,
        AMQP_STATUS_TABLE_TOO_BIG, AMQP_STATUS_INVALID_PARAMETER:
        .protocolFailure
      default: .connectionLost
      }
    let text = unsafe String(cString: amqp_error_string2(status))
    throw AMQPError(code, "\(attempt): \(text)")
  }

  /// Turns the answer to a synchronous method into an error.
  static func check(_ reply: amqp_rpc_reply_t, _ attempt: String) throws(AMQPError) {
    switch unsafe reply.reply_type {
    case AMQP_RESPONSE_NORMAL: return
    case AMQP_RESPONSE_SERVER_EXCEPTION:
      guard let decoded = unsafe reply.reply.decoded else { throw AMQPError(.protocolFailure, attempt) }
      throw unsafe closed(reply.reply.id, decoded, attempt)
    default:
      try unsafe check(reply.library_error, attempt)
      throw AMQPError(.connectionLost, "\(attempt): no answer")
    }
  }

  /// Checks the answer to the synchronous method just called.
  func checkReply(_ attempt: String) throws(AMQPError) {
    try unsafe Self.check(amqp_get_rpc_reply(state), attempt)
  }

  /// The error that a `connection.close` or `channel.close` means.
  static func closed(
    _ method: amqp_method_number_t, _ decoded: UnsafeMutableRawPointer, _ attempt: String
  ) -> AMQPError {
    guard method == AMQP_CHANNEL_CLOSE_METHOD else {
      let close = unsafe decoded.load(as: amqp_connection_close_t.self)
      let reply = unsafe AMQPError.Reply(code: Int(close.reply_code), text: String(close.reply_text))
      return AMQPError(.connectionLost, "\(attempt): the broker closed the connection", reply: reply)
    }
    let close = unsafe decoded.load(as: amqp_channel_close_t.self)
    let reply = unsafe AMQPError.Reply(code: Int(close.reply_code), text: String(close.reply_text))
    let code: AMQPError.Code =
      switch reply.code {
      case 403: .accessRefused
      case 404: .notFound
      default: .channelClosed
      }
    return AMQPError(code, "\(attempt): the broker closed the channel", reply: reply)
  }
}
