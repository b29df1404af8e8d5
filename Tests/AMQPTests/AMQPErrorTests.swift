import Testing

@testable import AMQP

@Suite("AMQP error")
struct AMQPErrorTests {
  @Test(
    "Whether a retry can help",
    arguments: [
      (AMQPError.Code.notConnected, true), (.connectionLost, true), (.outcomeUnknown, true), (.refused, true),
      (.timeout, true), (.unroutable, false), (.notFound, false), (.invalidMessage, false), (.shutDown, false),
      (.topologyMismatch, false), (.accessRefused, false),
    ])
  func retriable(code: AMQPError.Code, isRetriable: Bool) {
    #expect(AMQPError(code, "").isRetriable == isRetriable)
  }

  @Test("Only a changed configuration or topology cures a fatal error")
  func fatal() {
    #expect(AMQPError(.topologyMismatch, "").isFatal)
    #expect(AMQPError(.invalidConfiguration, "").isFatal)
    #expect(!AMQPError(.connectionLost, "").isFatal)
    #expect(!AMQPError(.accessRefused, "").isFatal)
  }

  @Test("The description is code, reason and the broker's reply")
  func description() {
    #expect("\(AMQPError(.timeout, "no reply"))" == "timeout: no reply")
    let reply = AMQPError.Reply(code: 404, text: "NOT_FOUND")
    #expect("\(AMQPError(.notFound, "publish", reply: reply))" == "not_found: publish (404 NOT_FOUND)")
  }
}
