import AMQP
import Foundation
import ServiceLifecycle
import Synchronization
import Testing

@Suite("AMQP consumer", .enabled(if: TestBroker.isConfigured), .serialized, .timeLimit(.minutes(2)))
struct AMQPConsumerTests {
  private let topology = AMQPTopology(
    queues: [
      AMQPQueue("jobs", deliveryLimit: 2, deadLetter: .init(routingKey: "dead")), AMQPQueue("dead"),
    ])

  /// The first `x-death` entry's reason (RabbitMQ "Dead Letter Exchanges").
  private func deathReason(_ message: AMQPMessage) -> String? {
    guard case .array(let deaths)? = message.headers["x-death"], case .table(let death)? = deaths.first else {
      return nil
    }
    return death["reason"]?.stringValue
  }

  @Test("A message that's always retried is dead-lettered after its delivery limit, with the count rising")
  func deliveryLimit() async throws {
    try await TestBroker.withVirtualHost { host in
      try await topology.declare(on: host.configuration())
      let publisher = AMQPPublisher(configuration: try host.configuration())
      let (attempts, dead) = (Mailbox<AMQPDelivery>(), Mailbox<AMQPDelivery>())
      let consumer = AMQPConsumer(configuration: try host.configuration(), queue: "jobs", prefetch: 4) {
        attempts.put($0)
        return .retry
      }
      let undertaker = AMQPConsumer(configuration: try host.configuration(), queue: "dead", prefetch: 1) {
        dead.put($0)
        return .ack
      }
      try await withRunning(publisher, consumer, undertaker) {
        try await publisher.publish(.text("poison"), exchange: "", routingKey: "jobs")
        let seen = try await attempts.next(3)
        #expect(seen.map(\.deliveryCount) == [0, 1, 2])
        #expect(seen.map(\.redelivered) == [false, true, true])
        let corpse = try await dead.next()
        #expect(corpse.message.text == "poison")
        #expect(deathReason(corpse.message) == "delivery_limit")
      }
    }
  }

  @Test("Rejected and oversized messages are dead-lettered; the handler never sees the oversized one")
  func rejected() async throws {
    try await TestBroker.withVirtualHost { host in
      try await topology.declare(on: host.configuration())
      let publisher = AMQPPublisher(configuration: try host.configuration())
      let (handled, dead) = (Mailbox<Int>(), Mailbox<AMQPDelivery>())
      let consumer = AMQPConsumer(
        configuration: try host.configuration(maximumBodySize: 1000), queue: "jobs", prefetch: 1
      ) {
        handled.put($0.message.body.count)
        return .reject
      }
      let undertaker = AMQPConsumer(configuration: try host.configuration(), queue: "dead", prefetch: 1) {
        dead.put($0)
        return .ack
      }
      try await withRunning(publisher, consumer, undertaker) {
        let large = AMQPMessage(body: [UInt8](repeating: 65, count: 300_000))
        try await publisher.publish(large, exchange: "", routingKey: "jobs")
        try await publisher.publish(.text("no"), exchange: "", routingKey: "jobs")
        let corpses = try await dead.next(2)
        #expect(corpses.map(\.message.body.count) == [300_000, 2])
        #expect(corpses.map { deathReason($0.message) } == ["rejected", "rejected"])
        #expect(try await handled.next() == 2)
      }
    }
  }

  @Test("As many handlers run at once as prefetch says, and no more")
  func prefetch() async throws {
    try await TestBroker.withVirtualHost { host in
      try await topology.declare(on: host.configuration())
      let publisher = AMQPPublisher(configuration: try host.configuration())
      let running = Mutex((now: 0, most: 0))
      let (started, release, finished) = (Mailbox<Void>(), Mailbox<Void>(), Mailbox<Void>())
      let consumer = AMQPConsumer(configuration: try host.configuration(), queue: "jobs", prefetch: 3) { _ in
        running.withLock {
          $0.now += 1
          $0.most = max($0.most, $0.now)
        }
        started.put(())
        do { try await release.next() } catch { return .retry }
        running.withLock { $0.now -= 1 }
        finished.put(())
        return .ack
      }
      try await withRunning(publisher, consumer) {
        for index in 0..<9 { try await publisher.publish(.text("\(index)"), exchange: "", routingKey: "jobs") }
        _ = try await started.next(3)
        for _ in 0..<9 { release.put(()) }
        _ = try await finished.next(9)
      }
      #expect(running.withLock { $0.most } == 3)
    }
  }

  @Test("A handler longer than two heartbeats keeps its connection and its acknowledgement")
  func longHandler() async throws {
    try await TestBroker.withVirtualHost { host in
      try await topology.declare(on: host.configuration())
      let publisher = AMQPPublisher(configuration: try host.configuration())
      let deliveries = Mailbox<AMQPDelivery>()
      let consumer = AMQPConsumer(
        configuration: try host.configuration("slow", heartbeat: .seconds(1)), queue: "jobs", prefetch: 1
      ) { delivery in
        deliveries.put(delivery)
        if delivery.message.text == "slow" {
          // The work itself takes this long; nothing is awaited.
          do { try await Task.sleep(for: .seconds(4)) } catch { return .retry }
        }
        return .ack
      }
      try await withRunning(publisher, consumer) {
        try await publisher.publish(.text("slow"), exchange: "", routingKey: "jobs")
        try await publisher.publish(.text("next"), exchange: "", routingKey: "jobs")
        let seen = try await deliveries.next(2)
        #expect(seen.map(\.message.text) == ["slow", "next"])
        #expect(seen.allSatisfy { !$0.redelivered })
      }
    }
  }

  @Test("An outcome of a lost connection is never applied to the next one")
  func staleOutcome() async throws {
    try await TestBroker.withVirtualHost { host in
      try await topology.declare(on: host.configuration())
      let publisher = AMQPPublisher(configuration: try host.configuration())
      let (deliveries, release) = (Mailbox<AMQPDelivery>(), Mailbox<Void>())
      let consumer = AMQPConsumer(configuration: try host.configuration("victim"), queue: "jobs", prefetch: 2) {
        deliveries.put($0)
        guard !$0.redelivered else { return .ack }
        do { try await release.next() } catch { return .retry }
        return .reject
      }
      try await withRunning(publisher, consumer) {
        try await publisher.publish(.text("1"), exchange: "", routingKey: "jobs")
        #expect(try await deliveries.next().redelivered == false)
        _ = try await host.closeConnection(named: "victim")
        #expect(try await deliveries.next().redelivered)
        // Its first handler ends now, with a tag that on the new channel belongs to the redelivery.
        release.put(())
        try await publisher.publish(.text("2"), exchange: "", routingKey: "jobs")
        #expect(try await deliveries.next().message.text == "2")
        release.put(())
        let dead = try await eventually("the second message's rejection") { () async throws -> VirtualHost.Queue? in
          let dead = try await host.queue("dead")
          return dead.messages_ready ?? 0 > 0 ? dead : nil
        }
        #expect(dead.messages_ready == 1)
      }
    }
  }

  @Test("A deleted queue is declared and consumed again")
  func deletedQueue() async throws {
    try await TestBroker.withVirtualHost { host in
      let publisher = AMQPPublisher(configuration: try host.configuration())
      let deliveries = Mailbox<String>()
      let consumer = AMQPConsumer(
        configuration: try host.configuration(), queue: "jobs", prefetch: 1, topology: topology
      ) {
        deliveries.put($0.message.text)
        return .ack
      }
      try await withRunning(publisher, consumer) {
        try await publishOnceRoutable("before", publisher)
        #expect(try await deliveries.next() == "before")
        try await host.api.send("DELETE", "queues/\(host.name)/jobs")
        try await publishOnceRoutable("after", publisher)
        #expect(try await deliveries.next() == "after")
      }
    }
  }

  private func publishOnceRoutable(_ text: String, _ publisher: AMQPPublisher) async throws {
    try await eventually("a queue") {
      let code = await AMQPError.Code.thrown {
        try await publisher.publish(.text(text), exchange: "", routingKey: "jobs")
      }
      return code == nil ? () : nil
    }
  }

  @Test("Graceful shutdown finishes and acknowledges what runs, gives back the rest and leaves nothing unacknowledged")
  func gracefulShutdown() async throws {
    try await TestBroker.withVirtualHost { host in
      try await topology.declare(on: host.configuration())
      let publisher = AMQPPublisher(configuration: try host.configuration())
      let started = Mailbox<String>()
      let consumer = AMQPConsumer(configuration: try host.configuration(), queue: "jobs", prefetch: 2) {
        started.put($0.message.text)
        do { try await ServiceLifecycle.gracefulShutdown() } catch { return .retry }
        return .ack
      }
      try await withRunning(publisher) {
        for index in 0..<5 { try await publisher.publish(.text("\(index)"), exchange: "", routingKey: "jobs") }
      }
      let start = ContinuousClock.now
      try await withGroup(consumer) { group in
        let begun = try await started.next(2)
        #expect(Set(begun) == ["0", "1"])
        await group.triggerGracefulShutdown()
      }
      #expect(ContinuousClock.now - start < .seconds(9), "it waited for more than its handlers")
      let queue = try await eventually("the broker's count") { () async throws -> VirtualHost.Queue? in
        let queue = try await host.queue("jobs")
        return queue.messages_ready == 3 ? queue : nil
      }
      #expect(queue.messages_unacknowledged == 0)
    }
  }

  @Test("Quorum queues get their arguments; declaring twice is harmless, declaring otherwise is a precise error")
  func topologyMismatch() async throws {
    try await TestBroker.withVirtualHost { host in
      let configuration = try host.configuration()
      try await topology.declare(on: configuration)
      try await topology.declare(on: configuration)
      let queue = try await host.queue("jobs")
      #expect(queue.type == "quorum")
      #expect(
        queue.arguments == [
          "x-queue-type": .text("quorum"), "x-delivery-limit": .number(2), "x-dead-letter-exchange": .text(""),
          "x-dead-letter-routing-key": .text("dead"),
        ])
      let other = AMQPTopology(queues: [AMQPQueue("jobs", deliveryLimit: 3, deadLetter: .init(routingKey: "dead"))])
      let consumer = AMQPConsumer(configuration: configuration, queue: "jobs", prefetch: 1, topology: other) { _ in .ack
      }
      for declare in [{ try await other.declare(on: configuration) }, { try await consumer.run() }] {
        do {
          try await declare()
          Issue.record("declared a queue with other arguments")
        } catch let error as AMQPError {
          #expect(error.code == .topologyMismatch)
          #expect(error.isFatal)
          #expect(error.reply?.code == 406)
          #expect(error.description.contains("x-delivery-limit"))
        }
      }
    }
  }
}
