import AMQP
import Foundation
import Testing

@Suite("AMQP RPC", .enabled(if: TestBroker.isConfigured), .serialized, .timeLimit(.minutes(2)))
struct AMQPRPCTests {
  private let topology = AMQPTopology(queues: [AMQPQueue("echo")])

  @Test("Many calls at once each get their own reply")
  func roundTrip() async throws {
    try await TestBroker.withVirtualHost { host in
      try await topology.declare(on: host.configuration())
      let client = AMQPRPCClient(configuration: try host.configuration("client"))
      let publisher = AMQPPublisher(configuration: try host.configuration())
      let server = AMQPConsumer(configuration: try host.configuration(), queue: "echo", prefetch: 8) { request in
        let reply = AMQPMessage(
          body: Array(request.message.body.reversed()), correlationID: request.message.correlationID,
          isPersistent: false)
        do {
          try await publisher.publish(reply, exchange: "", routingKey: request.replyTo ?? "")
          return .ack
        } catch {
          return .reject
        }
      }
      try await withRunning(client, publisher, server) {
        try await withThrowingTaskGroup(of: (String, String).self) { group in
          for index in 0..<50 {
            group.addTask {
              let reply = try await client.call(
                .text("call-\(index)"), exchange: "", routingKey: "echo", timeout: .seconds(10))
              return ("call-\(index)", reply.text)
            }
          }
          for try await (request, reply) in group { #expect(reply == String(request.reversed())) }
        }
      }
    }
  }

  @Test("A queue that doesn't exist fails at once; a silent one after the timeout; a closed connection when it closes")
  func failures() async throws {
    try await TestBroker.withVirtualHost { host in
      try await topology.declare(on: host.configuration())
      let client = AMQPRPCClient(configuration: try host.configuration("client"))
      try await withRunning(client) {
        let unroutable = await AMQPError.Code.thrown {
          _ = try await client.call(.text("1"), exchange: "", routingKey: "nowhere", timeout: .seconds(30))
        }
        #expect(unroutable == .unroutable)
        let silent = await AMQPError.Code.thrown {
          _ = try await client.call(.text("2"), exchange: "", routingKey: "echo", timeout: .milliseconds(100))
        }
        #expect(silent == .timeout)
        async let lost = AMQPError.Code.thrown {
          _ = try await client.call(.text("3"), exchange: "", routingKey: "echo", timeout: .seconds(30))
        }
        _ = try await host.closeConnection(named: "client")
        #expect(await lost == .connectionLost)
      }
    }
  }

  @Test("A requester that's gone makes the reply unroutable")
  func vanishedRequester() async throws {
    try await TestBroker.withVirtualHost { host in
      try await topology.declare(on: host.configuration())
      let publisher = AMQPPublisher(configuration: try host.configuration())
      let requests = Mailbox<AMQPDelivery>()
      let server = AMQPConsumer(configuration: try host.configuration(), queue: "echo", prefetch: 1) {
        requests.put($0)
        return .ack
      }
      try await withRunning(publisher, server) {
        let client = AMQPRPCClient(configuration: try host.configuration("client"))
        let request = try await withRunning(client) {
          async let call = AMQPError.Code.thrown {
            _ = try await client.call(.text("1"), exchange: "", routingKey: "echo", timeout: .milliseconds(500))
          }
          let request = try await requests.next()
          #expect(await call == .timeout)
          return request
        }
        let code = try await eventually("the broker's notice") { () async throws -> AMQPError.Code? in
          await .thrown { try await publisher.publish(.text("r"), exchange: "", routingKey: request.replyTo ?? "") }
        }
        #expect(code == .unroutable)
      }
    }
  }
}
