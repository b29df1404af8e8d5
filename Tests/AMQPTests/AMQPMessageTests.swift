import Testing

@testable import AMQP

@Suite("AMQP message")
struct AMQPMessageTests {
  private func code(_ message: AMQPMessage, exchange: String = "", routingKey: String = "") -> AMQPError.Code? {
    do {
      try message.validate(exchange: exchange, routingKey: routingKey, maximumBodySize: 10)
      return nil
    } catch {
      return error.code
    }
  }

  @Test("What fits is valid: 255-byte strings, a full body, nested headers")
  func valid() {
    let long = String(repeating: "x", count: 255)
    let message = AMQPMessage(
      body: [UInt8](repeating: 0, count: 10), type: long, messageID: long, correlationID: long, replyTo: long,
      contentType: long, headers: ["a": .array([1, .table(["b": "c"])])], expiration: .seconds(1))
    #expect(code(message, exchange: long, routingKey: long) == nil)
  }

  @Test("One byte more than the protocol carries is refused before anything is sent")
  func tooLong() {
    let long = String(repeating: "é", count: 128)
    let messages = [
      AMQPMessage(body: [UInt8](repeating: 0, count: 11)), AMQPMessage(body: [], type: long),
      AMQPMessage(body: [], messageID: long), AMQPMessage(body: [], correlationID: long),
      AMQPMessage(body: [], replyTo: long), AMQPMessage(body: [], contentType: long),
      AMQPMessage(body: [], expiration: .seconds(-1)), AMQPMessage(body: [], headers: ["": 1]),
      AMQPMessage(body: [], headers: [String(repeating: "k", count: 129): 1]),
      AMQPMessage(body: [], headers: ["h": .string(String(repeating: "v", count: 64 << 10))]),
    ]
    for message in messages { #expect(code(message) == .invalidMessage) }
    #expect(code(AMQPMessage(body: []), exchange: long) == .invalidMessage)
    #expect(code(AMQPMessage(body: []), routingKey: long) == .invalidMessage)
  }

  @Test("Headers nested too deep, or too many, are refused")
  func headers() {
    var nested = AMQPHeaderValue.int(0)
    for _ in 0..<9 { nested = .array([nested]) }
    #expect(code(AMQPMessage(body: [], headers: ["deep": nested])) == .invalidMessage)
    let many = Dictionary(uniqueKeysWithValues: (0..<129).map { ("\($0)", AMQPHeaderValue.int($0)) })
    #expect(code(AMQPMessage(body: [], headers: many)) == .invalidMessage)
  }

  @Test("A description shows neither body nor headers")
  func description() {
    let message = AMQPMessage(
      body: Array("hunter2".utf8), type: "kms.verify", messageID: "m", headers: ["secret": "hunter3"])
    #expect("\(message)" == "kms.verify id=m correlation=- 7 bytes")
  }

  @Test("The delivery count is the broker's header, and 0 without it")
  func deliveryCount() {
    #expect(AMQPDelivery(message: AMQPMessage(body: [])).deliveryCount == 0)
    #expect(AMQPDelivery(message: AMQPMessage(body: [], headers: ["x-delivery-count": 3])).deliveryCount == 3)
  }

  @Test("A queue's arguments follow from its options; explicit ones win")
  func queueArguments() {
    let queue = AMQPQueue(
      "q", deliveryLimit: 5, deadLetter: .init(exchange: "dlx", routingKey: "dead"),
      arguments: ["x-max-length": 10, "x-delivery-limit": 7])
    #expect(
      queue.declaredArguments == [
        "x-queue-type": "quorum", "x-delivery-limit": 7, "x-dead-letter-exchange": "dlx",
        "x-dead-letter-routing-key": "dead", "x-max-length": 10,
      ])
    #expect(AMQPQueue("q").declaredArguments == ["x-queue-type": "quorum"])
  }
}
