import AMQP
import Commands
import Cryptography
import Foundation
import Logging
import ServiceKit
import Testing

@Suite("Tenant events", .enabled(if: TestBroker.isConfigured), .serialized, .timeLimit(.minutes(2)))
struct TenantEventTests {
  private let authenticator = CommandAuthenticator(key: SecretBytes(copying: [UInt8](repeating: 7, count: 32)))
  private let stranger = CommandAuthenticator(key: SecretBytes(copying: [UInt8](repeating: 8, count: 32)))
  private let logger = Logger(label: "test")

  @Test("Every process hears an authentic event, and no other")
  func broadcast() async throws {
    try await TestBroker.withVirtualHost { host in
      try await CommandTopology.topology.declare(on: host.configuration())
      let publisher = AMQPPublisher(configuration: try host.configuration())
      let links = Mailbox<Bool>()
      let heard = [Mailbox<TenantEvent>(), Mailbox<TenantEvent>()]
      let listeners = try heard.map { mailbox in
        TenantEventListener(
          configuration: try host.configuration(), authenticator: authenticator, logger: logger,
          onLinkChange: { _ in links.put(true) }, handler: mailbox.put)
      }
      let events = TenantEvent.Kind.allCases.map {
        TenantEvent($0, of: UUID(), leaseID: $0 == .rewrapProgress ? UUID() : nil, version: 3)
      }
      try await withRunning(publisher, listeners[0], listeners[1]) {
        _ = try await links.next(2)
        try await publisher.broadcast(TenantEvent(.keyRevoked, of: UUID(), version: 1), signedBy: stranger)
        for event in events { try await publisher.broadcast(event, signedBy: authenticator) }
        for mailbox in heard { #expect(try await mailbox.next(events.count) == events) }
      }
    }
  }

  @Test("An event that nobody listens for is no error")
  func unheard() async throws {
    try await TestBroker.withVirtualHost { host in
      let publisher = AMQPPublisher(configuration: try host.configuration())
      let topology = TopologyService(configuration: try host.configuration(), logger: logger)
      try await withRunning(publisher, topology) {
        let isPublished = try await eventually("the exchange exists") {
          do {
            try await publisher.broadcast(TenantEvent(.tenantSealed, of: UUID()), signedBy: authenticator)
            return true
          } catch let error as AMQPError where error.code == .notFound { return nil }
        }
        #expect(isPublished)
      }
    }
  }
}
