extension AMQPMessage {
  /// Checks every limit before a byte is written: librabbitmq finds out only after it sent half of the message.
  /// - Throws: `AMQPError` with `invalidMessage`, naming the field.
  func validate(exchange: String, routingKey: String, maximumBodySize: Int) throws(AMQPError) {
    guard body.count <= maximumBodySize else { throw Self.invalid("body of more than \(maximumBodySize) bytes") }
    let strings = [
      ("exchange", exchange), ("routing key", routingKey), ("type", type ?? ""), ("message id", messageID ?? ""),
      ("correlation id", correlationID ?? ""), ("reply-to", replyTo ?? ""), ("content type", contentType ?? ""),
    ]
    for (name, value) in strings where value.utf8.count > 255 {
      throw Self.invalid("\(name) of more than 255 bytes")
    }
    if let expiration, expiration < .zero || expiration > .seconds(1 << 31) {
      throw Self.invalid("expiration out of range")
    }
    guard !headers.isEmpty else { return }
    guard headers.count <= Self.maximumHeaders, headers.keys.allSatisfy({ 1...128 ~= $0.utf8.count }) else {
      throw Self.invalid("more than \(Self.maximumHeaders) headers, or a name that is not 1 … 128 bytes")
    }
    guard let size = AMQPHeaderValue.table(headers).encodedSize(), size <= 64 << 10 else {
      throw Self.invalid("headers of more than 64 KiB or nested deeper than \(AMQPHeaderValue.maximumDepth)")
    }
  }

  static let maximumHeaders = 128

  private static func invalid(_ reason: String) -> AMQPError { AMQPError(.invalidMessage, reason) }
}
