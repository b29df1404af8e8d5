import AMQP
import Commands
import Cryptography
import Foundation
import Locking
import Logging
import Monitoring
import ServiceKit
import Testing

@Suite("Dead letters", .enabled(if: TestBroker.isConfigured), .serialized, .timeLimit(.minutes(2)))
struct DeadLetterTests {
  struct Poison: Error {}

  static let queue = StartRewrap.name
  let authenticator = CommandAuthenticator(key: SecretBytes(copying: [UInt8](repeating: 7, count: 32)))
  let stranger = CommandAuthenticator(key: SecretBytes(copying: [UInt8](repeating: 8, count: 32)))
  let command = StartRewrap(leaseID: UUID())

  @Test("A command that fails ten times is given up, and succeeds once it is requeued and its cause is gone")
  func poison() async throws {
    try await withBroker { broker in
      let tries = Guarded(0)
      let isPoisonous = Guarded(true)
      let done = Mailbox<StartRewrap>()
      let consumer = broker.consumer { command, _ in
        tries.withLock { $0 += 1 }
        if isPoisonous.withLock({ $0 }) { throw Poison() }
        done.put(command)
        return .done
      }
      try await withRunning(broker.publisher, consumer) {
        try await broker.publisher.publish(command, signedBy: authenticator)
        let letter = try await broker.firstLetter()
        #expect(letter.queue == Self.queue)
        #expect(letter.command == "rewrap.start")
        #expect(letter.messageID.flatMap { UUID(uuidString: $0) } != nil)
        #expect(letter.reason == "delivery_limit")
        #expect(letter.deaths == 1)
        #expect(letter.isAuthentic)
        let diedAt = try #require(letter.diedAt)
        #expect(abs(diedAt.timeIntervalSinceNow) < 60)
        // One delivery, and as many again as the queue allows.
        #expect(tries.withLock { $0 } == CommandTopology.deliveryLimit + 1)

        isPoisonous.withLock { $0 = false }
        let tally = try await broker.letters.requeue(.all, of: Self.queue, by: broker.publisher)
        #expect(tally.done == 1)
        #expect(try await done.next() == command)
        #expect(try await broker.letters.count(of: Self.queue) == 0)
      }
    }
  }

  @Test("A hopeless command is given up with its reason, however often it is requeued")
  func hopeless() async throws {
    try await withBroker { broker in
      let consumer = broker.consumer { _, _ in .hopeless("no such job") }
      try await withRunning(broker.publisher, consumer) {
        try await broker.publisher.publish(command, signedBy: authenticator)
        var letter = try await broker.firstLetter()
        let id = letter.messageID
        for deaths in 1...3 {
          #expect(letter.reason == "no such job")
          #expect(letter.deaths == deaths)
          #expect(letter.messageID == id)
          #expect(letter.isAuthentic)
          _ = try await broker.letters.requeue(.all, of: Self.queue, by: broker.publisher)
          letter = try await broker.firstLetter { $0.deaths > deaths }
        }
      }
      #expect(await broker.metrics.text().contains(#"{command="rewrap.start",outcome="given_up"} 4"#))
    }
  }

  @Test("Forged and truncated commands are given up unread, counted, logged without their bodies, and only dropped")
  func forged() async throws {
    try await withBroker { broker in
      let consumer = broker.consumer { _, _ in
        Issue.record("must not be called")
        return .done
      }
      var truncated = try authenticator.sign(command).message
      truncated.body.removeLast(10)
      var forged = try stranger.sign(command).message
      // Whoever obeys this header sends a copy back, and another, and another.
      forged.headers["CC"] = .array([.string(Self.queue)])
      forged.headers["x-requeues"] = .int(.max)
      let id = try #require(truncated.messageID)
      let messages = [forged, truncated, AMQPMessage(body: Array("canary".utf8))]
      try await withRunning(broker.publisher, consumer) {
        for message in messages {
          try await broker.publisher.publish(message, exchange: "", routingKey: Self.queue)
        }
        let letters = try await broker.letters(count: 3)
        #expect(letters.allSatisfy { $0.reason == "the command is not authentic" && !$0.isAuthentic })
        let tally = try await broker.letters.requeue(.all, of: Self.queue, by: broker.publisher)
        #expect(tally.done == 0)
        #expect(tally.refused == 3)
        #expect(try await broker.letters.drop(.message(id), of: Self.queue).done == 1)
        #expect(try await broker.letters(count: 2).allSatisfy { $0.messageID != id })
        #expect(try await broker.letters.drop(.all, of: Self.queue).done == 2)
        #expect(try await broker.letters.count(of: Self.queue) == 0)
      }
      #expect(await broker.metrics.text().contains(#"{command="rewrap.start",outcome="refused"} 3"#))
      let lines = broker.lines.all.joined()
      #expect(lines.contains("not authentic"))
      #expect(!lines.contains("canary") && !lines.contains(command.leaseID.uuidString))
    }
  }

  @Test("Looking leaves every dead letter where it is, and only the one named is requeued")
  func selection() async throws {
    try await withBroker { broker in
      try await withRunning(broker.publisher) {
        var ids: [String] = []
        for _ in 0..<3 {
          let message = try authenticator.sign(command).message
          ids.append(try #require(message.messageID))
          try await broker.publisher.deadLetter(message, of: Self.queue, reason: "a test")
        }
        for _ in 0..<2 {
          let found = try await broker.letters.list(Self.queue, limit: 10).compactMap(\.messageID)
          #expect(found.sorted() == ids.sorted())
        }
        #expect(try await broker.letters.list(Self.queue, limit: 2).count == 2)
        let tally = try await broker.letters.requeue(.message(ids[1]), of: Self.queue, by: broker.publisher)
        #expect(tally.done == 1)
        let left = try await broker.letters.list(Self.queue, limit: 10).compactMap(\.messageID)
        #expect(left.sorted() == [ids[0], ids[2]].sorted())
        let requeued = try await AMQPPullClient.with(broker.configuration) { client in
          try await client.get(Self.queue)?.delivery?.message
        }
        #expect(requeued?.messageID == ids[1])
        #expect(try authenticator.open(StartRewrap.self, from: SignedCommand(try #require(requeued))) == command)
      }
    }
  }

  @Test("A watch shows how many there are, whoever put them there")
  func watch() async throws {
    try await withBroker { broker in
      let watch = DeadLetterWatch(
        broker.letters, interval: .milliseconds(20), metrics: broker.metrics, logger: broker.logger)
      try await withRunning(broker.publisher, watch) {
        _ = try await eventually("a count of none") {
          await broker.metrics.text().contains(#"tenant_kms_dead_letters{queue="rewrap.start"} 0"#) ? true : nil
        }
        let message = try authenticator.sign(command).message
        try await broker.publisher.deadLetter(message, of: Self.queue, reason: "a test")
        _ = try await eventually("a count of one") {
          await broker.metrics.text().contains(#"tenant_kms_dead_letters{queue="rewrap.start"} 1"#) ? true : nil
        }
        #expect(broker.lines.all.contains { $0.contains("commands were given up") })
      }
    }
  }
}

/// A virtual host with the queues of the services, and what acts on it.
private struct Broker: Sendable {
  let configuration: AMQPConfiguration
  let publisher: AMQPPublisher
  let letters: DeadLetters
  let authenticator: CommandAuthenticator
  let metrics = MetricRegistry()
  let lines = Recorder<String>()

  var logger: Logger {
    Logger(label: "test") { [lines] label in JSONLogHandler(label: label, write: lines.record) }
  }

  func consumer(
    _ body: @escaping @Sendable (StartRewrap, AMQPDelivery) async throws -> CommandHandler<StartRewrap>.Outcome
  ) -> AMQPConsumer {
    let handler = CommandHandler(
      authenticator: authenticator, metrics: metrics, logger: logger,
      deadLetter: { [publisher] in
        try await publisher.deadLetter($0, of: StartRewrap.name, reason: $1)
      }, body: body)
    return AMQPConsumer(
      configuration: configuration, queue: StartRewrap.name, prefetch: 1, handler: handler.handle)
  }

  func firstLetter(_ fits: @escaping @Sendable (DeadLetter) -> Bool = { _ in true }) async throws -> DeadLetter {
    try await eventually("a dead letter") { try await letters.list(StartRewrap.name, limit: 10).first(where: fits) }
  }

  func letters(count: Int) async throws -> [DeadLetter] {
    try await eventually("\(count) dead letters") {
      let found = try await letters.list(StartRewrap.name, limit: 100)
      return found.count == count ? found : nil
    }
  }
}

extension DeadLetterTests {
  private func withBroker(_ body: (Broker) async throws -> Void) async throws {
    try await TestBroker.withVirtualHost { host in
      let configuration = try host.configuration()
      try await CommandTopology.topology.declare(on: configuration)
      try await body(
        Broker(
          configuration: configuration, publisher: AMQPPublisher(configuration: configuration),
          letters: DeadLetters(configuration: configuration, authenticator: authenticator),
          authenticator: authenticator))
    }
  }
}
