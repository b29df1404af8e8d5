import AMQP
import Testing

@Suite("AMQP subscription", .enabled(if: TestBroker.isConfigured), .serialized, .timeLimit(.minutes(2)))
struct AMQPSubscriptionTests {
  private enum Seen: Equatable {
    case up, down
    case message(String)
  }

  @Test("Every subscriber hears every message in order, and learns when the link is lost and back")
  func broadcast() async throws {
    try await TestBroker.withVirtualHost { host in
      try await AMQPTopology(exchanges: [.fanout("events")]).declare(on: host.configuration())
      let publisher = AMQPPublisher(configuration: try host.configuration())
      let seen = [Mailbox<Seen>(), Mailbox<Seen>()]
      let subscriptions = try seen.enumerated().map { index, mailbox in
        AMQPSubscription(
          configuration: try host.configuration("subscriber-\(index)"), exchange: "events",
          onLinkChange: { if case .up = $0 { mailbox.put(.up) } else { mailbox.put(.down) } },
          handler: { mailbox.put(.message($0.message.text)) })
      }
      try await withRunning(publisher, subscriptions[0], subscriptions[1]) {
        for mailbox in seen { #expect(try await mailbox.next() == .up) }
        for text in ["a", "b", "c"] { try await publisher.publish(.text(text), exchange: "events", routingKey: "") }
        for mailbox in seen { #expect(try await mailbox.next(3) == [.message("a"), .message("b"), .message("c")]) }
        _ = try await host.closeConnection(named: "subscriber-0")
        #expect(try await seen[0].next(2) == [.down, .up])
        try await publisher.publish(.text("d"), exchange: "events", routingKey: "")
        for mailbox in seen { #expect(try await mailbox.next() == .message("d")) }
      }
    }
  }
}
