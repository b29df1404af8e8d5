import Testing

@testable import AMQP

@Suite("Content assembly")
struct ContentAssemblyTests {
  private let deliver = ContentAssembly.Method.deliver(tag: 7, exchange: "e", routingKey: "k", redelivered: true)

  private func feed(_ bytes: [UInt8], to assembly: inout ContentAssembly) throws -> ServerEvent? {
    try bytes.withUnsafeBytes { try assembly.body($0) }
  }

  @Test("A body arrives in fragments")
  func fragments() throws {
    var assembly = ContentAssembly(maximumBodySize: 5)
    try assembly.begin(deliver)
    #expect(try assembly.header(AMQPMessage(body: [], type: "t"), bodySize: 5) == nil)
    #expect(try feed([1, 2], to: &assembly) == nil)
    guard case .delivery(let tag, let delivery)? = try feed([3, 4, 5], to: &assembly) else {
      Issue.record("no delivery")
      return
    }
    #expect(tag == 7)
    #expect(delivery.message == AMQPMessage(body: [1, 2, 3, 4, 5], type: "t"))
    #expect(delivery.exchange == "e")
    #expect(delivery.routingKey == "k")
    #expect(delivery.redelivered)
  }

  @Test("An empty body needs no body frame")
  func empty() throws {
    var assembly = ContentAssembly(maximumBodySize: 5)
    try assembly.begin(deliver)
    guard case .delivery? = try assembly.header(AMQPMessage(body: []), bodySize: 0) else {
      Issue.record("no delivery")
      return
    }
  }

  @Test("A body over the limit is skipped and reported; the next message is whole again")
  func oversized() throws {
    var assembly = ContentAssembly(maximumBodySize: 3)
    try assembly.begin(deliver)
    #expect(try assembly.header(AMQPMessage(body: []), bodySize: 4) == nil)
    #expect(try feed([1, 2], to: &assembly) == nil)
    guard case .oversized(7)? = try feed([3, 4], to: &assembly) else {
      Issue.record("not reported")
      return
    }
    try assembly.begin(deliver)
    #expect(try assembly.header(AMQPMessage(body: []), bodySize: 1) == nil)
    guard case .delivery(_, let delivery)? = try feed([9], to: &assembly) else {
      Issue.record("no delivery")
      return
    }
    #expect(delivery.message.body == [9])
  }

  @Test("The publish tag of a return is read, and is hidden from a consumer's handler")
  func publishTag() throws {
    let message = AMQPMessage(body: [], headers: [ContentAssembly.publishTagHeader: 42, "kept": true])
    let reply = AMQPError.Reply(code: 312, text: "NO_ROUTE")
    var assembly = ContentAssembly(maximumBodySize: 0)
    try assembly.begin(.returned(reply))
    #expect(try assembly.header(message, bodySize: 1) == nil)
    guard case .returned(42, reply)? = try feed([1], to: &assembly) else {
      Issue.record("no return")
      return
    }
    try assembly.begin(deliver)
    guard case .delivery(_, let delivery)? = try assembly.header(message, bodySize: 0) else {
      Issue.record("no delivery")
      return
    }
    #expect(delivery.message.headers == ["kept": true])
  }

  @Test("Frames out of order, too long or impossibly large are a protocol failure")
  func violations() throws {
    var early = ContentAssembly(maximumBodySize: 5)
    #expect(throws: AMQPError.self) { try early.header(AMQPMessage(body: []), bodySize: 1) }
    #expect(throws: AMQPError.self) { try feed([1], to: &early) }

    var nested = ContentAssembly(maximumBodySize: 5)
    try nested.begin(deliver)
    #expect(throws: AMQPError.self) { try nested.begin(deliver) }
    #expect(throws: AMQPError.self) { try nested.header(AMQPMessage(body: []), bodySize: .max) }

    var long = ContentAssembly(maximumBodySize: 5)
    try long.begin(deliver)
    _ = try long.header(AMQPMessage(body: []), bodySize: 1)
    #expect(throws: AMQPError.self) { try feed([1, 2], to: &long) }
  }
}

extension ServerEvent? {
  fileprivate static func == (event: Self, none: _OptionalNilComparisonType) -> Bool {
    if case .none = event { true } else { false }
  }
}
