import AMQP
import Foundation
import Testing

@Suite("AMQP pull client", .enabled(if: TestBroker.isConfigured), .serialized, .timeLimit(.minutes(2)))
struct AMQPPullClientTests {
  @Test("Messages are taken in order, and an acknowledged one is gone")
  func order() async throws {
    try await withQueue(["a", "b"]) { configuration in
      try await AMQPPullClient.with(configuration) { client in
        #expect(try await client.state(of: "q").messages == 2)
        for text in ["a", "b"] {
          let pulled = try #require(try await client.get("q"))
          #expect(pulled.delivery?.message.text == text)
          #expect(pulled.delivery?.routingKey == "q")
          try await client.settle(pulled, .ack)
        }
        #expect(try await client.get("q") == nil)
      }
      let left = try await AMQPPullClient.with(configuration) { client in try await client.state(of: "q").messages }
      #expect(left == 0)
    }
  }

  @Test("What was not settled goes back to its place when the client ends, also by an error")
  func unsettled() async throws {
    struct Interrupted: Error {}
    try await withQueue(["a", "b", "c"]) { configuration in
      await #expect(throws: Interrupted.self) {
        try await AMQPPullClient.with(configuration) { client in
          for _ in 0..<2 { _ = try #require(try await client.get("q")) }
          #expect(try await client.state(of: "q").messages == 1)
          throw Interrupted()
        }
      }
      _ = try await eventually("all three are back") {
        let count = try await AMQPPullClient.with(configuration) { client in try await client.state(of: "q").messages }
        return count == 3 ? count : nil
      }
      let texts = try await AMQPPullClient.with(configuration) { client in
        var texts: [String] = []
        while let pulled = try await client.get("q") { texts.append(pulled.delivery?.message.text ?? "") }
        return texts
      }
      #expect(texts == ["a", "b", "c"])
    }
  }

  @Test("A body larger than the maximum is skipped, and its message can be settled")
  func oversized() async throws {
    try await TestBroker.withVirtualHost { host in
      try await AMQPTopology(queues: [AMQPQueue("q")]).declare(on: host.configuration())
      let publisher = AMQPPublisher(configuration: try host.configuration())
      try await withRunning(publisher) {
        for size in [300_000, 5] {
          let message = AMQPMessage(body: [UInt8](repeating: 120, count: size))
          try await publisher.publish(message, exchange: "", routingKey: "q")
        }
      }
      try await AMQPPullClient.with(try host.configuration(maximumBodySize: 1000)) { client in
        let large = try #require(try await client.get("q"))
        #expect(large.delivery == nil)
        try await client.settle(large, .ack)
        #expect(try await client.get("q")?.delivery?.message.text == "xxxxx")
      }
    }
  }

  @Test("A queue that doesn't exist is not found, and the client is of no use afterwards")
  func missing() async throws {
    try await withQueue([]) { configuration in
      try await AMQPPullClient.with(configuration) { client in
        #expect(await AMQPError.Code.thrown { _ = try await client.get("absent") } == .notFound)
        #expect(await AMQPError.Code.thrown { _ = try await client.get("q") } == .connectionLost)
      }
      await #expect(throws: AMQPError.self) {
        try await AMQPPullClient.with(configuration) { _ = try await $0.state(of: "absent").messages }
      }
    }
  }

  private func withQueue(_ texts: [String], _ body: (AMQPConfiguration) async throws -> Void) async throws {
    try await TestBroker.withVirtualHost { host in
      let configuration = try host.configuration()
      try await AMQPTopology(queues: [AMQPQueue("q")]).declare(on: configuration)
      let publisher = AMQPPublisher(configuration: configuration)
      try await withRunning(publisher) {
        for text in texts { try await publisher.publish(.text(text), exchange: "", routingKey: "q") }
      }
      try await body(configuration)
    }
  }
}
