import AMQP
import Foundation
import ServiceLifecycle
import Testing

@Suite("AMQP publisher", .enabled(if: TestBroker.isConfigured), .serialized, .timeLimit(.minutes(2)))
struct AMQPPublisherTests {
  private let topology = AMQPTopology(
    exchanges: [.direct("commands")], queues: [AMQPQueue("jobs")],
    bindings: [AMQPBinding(queue: "jobs", exchange: "commands", routingKey: "job")])

  @Test("A confirmed message is in the queue with all its properties")
  func confirmed() async throws {
    try await TestBroker.withVirtualHost { host in
      try await topology.declare(on: host.configuration())
      let publisher = AMQPPublisher(configuration: try host.configuration("publisher"))
      let mailbox = Mailbox<AMQPDelivery>()
      let consumer = AMQPConsumer(configuration: try host.configuration(), queue: "jobs", prefetch: 1) {
        mailbox.put($0)
        return .ack
      }
      let sent = AMQPMessage(
        body: Array("{}".utf8), type: "rewrap.batch", messageID: "m-1", correlationID: "c-1", replyTo: "r",
        headers: [
          "traceparent": "00-ab", "n": -7, "flag": true, "list": .array([1, "two"]),
          "table": .table(["k": .double(1.5)]),
        ], expiration: .seconds(60))
      let delivery = try await withRunning(publisher, consumer) {
        try await publisher.publish(sent, exchange: "commands", routingKey: "job")
        return try await mailbox.next()
      }
      #expect(delivery.message == sent)
      #expect(delivery.exchange == "commands")
      #expect(delivery.routingKey == "job")
      #expect(!delivery.redelivered)
      #expect(delivery.deliveryCount == 0)
    }
  }

  @Test("Among many in flight, exactly the messages that no queue takes are unroutable")
  func unroutable() async throws {
    try await TestBroker.withVirtualHost { host in
      try await topology.declare(on: host.configuration())
      let publisher = AMQPPublisher(configuration: try host.configuration("publisher"), window: 16)
      let failures = try await withRunning(publisher) {
        try await withThrowingTaskGroup(of: Bool.self) { group in
          for index in 0..<200 {
            group.addTask {
              let code = await AMQPError.Code.thrown {
                try await publisher.publish(
                  .text("\(index)"), exchange: "commands", routingKey: index.isMultiple(of: 3) ? "nowhere" : "job")
              }
              return code == (index.isMultiple(of: 3) ? .unroutable : nil)
            }
          }
          return try await group.reduce(0) { $0 + ($1 ? 0 : 1) }
        }
      }
      #expect(failures == 0)
    }
  }

  @Test("A missing exchange is named, and the publisher lives on")
  func missingExchange() async throws {
    try await TestBroker.withVirtualHost { host in
      try await topology.declare(on: host.configuration())
      let publisher = AMQPPublisher(configuration: try host.configuration("publisher"))
      try await withRunning(publisher) {
        do {
          try await publisher.publish(.text("secret-payload"), exchange: "missing", routingKey: "job")
          Issue.record("published to an exchange that doesn't exist")
        } catch let error as AMQPError {
          #expect(error.code == .notFound)
          #expect(!error.isRetriable)
          #expect(error.reply?.code == 404)
          #expect(error.description.contains("missing"))
          #expect(!error.description.contains("secret-payload"))
        }
        try await publisher.publish(.text("1"), exchange: "commands", routingKey: "job")
      }
    }
  }

  @Test("1,000 publishes survive two closed connections: nothing is lost")
  func reconnect() async throws {
    try await TestBroker.withVirtualHost { host in
      try await topology.declare(on: host.configuration())
      let publisher = AMQPPublisher(configuration: try host.configuration("publisher"), window: 32)
      let mailbox = Mailbox<String>()
      let consumer = AMQPConsumer(configuration: try host.configuration("consumer"), queue: "jobs", prefetch: 100) {
        mailbox.put($0.message.messageID ?? "")
        return .ack
      }
      let received = try await withRunning(publisher, consumer) {
        try await withThrowingTaskGroup(of: Void.self) { group in
          group.addTask {
            let first = try await host.closeConnection(named: "publisher")
            _ = try await host.closeConnection(named: "publisher", except: [first])
          }
          for lane in 0..<10 {
            group.addTask {
              for index in 0..<100 {
                try await publishUntilConfirmed("\(lane * 100 + index)", publisher)
                // Leaves time for the broker to close connections in the midst of it.
                try await Task.sleep(for: .milliseconds(5))
              }
            }
          }
          try await group.waitForAll()
        }
        var received: Set<String> = []
        while received.count < 1000 { received.insert(try await mailbox.next()) }
        return received
      }
      #expect(received == Set((0..<1000).map(String.init)))
    }
  }

  private func publishUntilConfirmed(_ id: String, _ publisher: AMQPPublisher) async throws {
    while true {
      do {
        return try await publisher.publish(.text(id, id: id), exchange: "commands", routingKey: "job")
      } catch let error as AMQPError where error.isRetriable {
        continue
      }
    }
  }

  @Test("An idle publisher keeps its connection over many heartbeats")
  func heartbeats() async throws {
    try await TestBroker.withVirtualHost { host in
      try await topology.declare(on: host.configuration())
      let publisher = AMQPPublisher(configuration: try host.configuration("idle", heartbeat: .seconds(1)))
      try await withRunning(publisher) {
        try await publisher.publish(.text("1"), exchange: "commands", routingKey: "job")
        let first = try await eventually("the connection") { try await host.connections(named: "idle").first }
        // The broker gives up after two silent intervals.
        let start = ContinuousClock.now
        let later = try await eventually("five intervals") { () async throws -> VirtualHost.Connection? in
          guard ContinuousClock.now - start > .seconds(5) else { return nil }
          return try await host.connections(named: "idle").first
        }
        #expect(later.name == first.name)
        try await publisher.publish(.text("2"), exchange: "commands", routingKey: "job")
      }
    }
  }

  @Test("Refused credentials leave a publish without connection; the error shows no password")
  func accessRefused() async throws {
    try await TestBroker.withVirtualHost { host in
      var url = host.amqp
      url.password = "wrong-pass"
      url.path = "/\(host.name)"
      let publisher = AMQPPublisher(
        configuration: try AMQPConfiguration(url: try #require(url.string), connectionName: "refused"),
        timeout: .seconds(1))
      try await withRunning(publisher) {
        do {
          try await publisher.publish(.text("1"), exchange: "", routingKey: "jobs")
          Issue.record("published with a wrong password")
        } catch let error as AMQPError {
          #expect(error.code == .notConnected)
          #expect(error.reply?.code == 403)
          #expect(error.description.contains("access_refused"))
          #expect(!error.description.contains("wrong-pass"))
        }
      }
    }
  }

  @Test("Graceful shutdown waits for the confirms of what was submitted, and refuses what comes later")
  func gracefulShutdown() async throws {
    try await TestBroker.withVirtualHost { host in
      try await topology.declare(on: host.configuration())
      let publisher = AMQPPublisher(configuration: try host.configuration("publisher"), window: 8)
      try await withGroup(publisher) { group in
        try await publisher.publish(.text("first"), exchange: "commands", routingKey: "job")
        try await withThrowingTaskGroup(of: AMQPError.Code?.self) { publishes in
          for index in 0..<100 {
            publishes.addTask {
              await .thrown { try await publisher.publish(.text("\(index)"), exchange: "commands", routingKey: "job") }
            }
          }
          await group.triggerGracefulShutdown()
          for try await code in publishes { #expect(code == nil || code == .shutDown) }
        }
        let late = await AMQPError.Code.thrown {
          try await publisher.publish(.text("late"), exchange: "commands", routingKey: "job")
        }
        #expect(late == .shutDown)
      }
    }
  }
}
