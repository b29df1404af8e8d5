import AMQP
import Foundation
import ServiceKit
import Testing

/// What somebody can do who has a service's broker login. That each service can do what it must, every test of a
/// deployment shows.
@Suite(.enabled(if: TestBroker.isConfigured), .timeLimit(.minutes(2))) struct BrokerUserTests {
  @Test func `only the API declares queues and exchanges`() async throws {
    try await withUsers { _, users in
      for (role, configuration) in users {
        let code = await AMQPError.Code.thrown { try await CommandTopology.topology.declare(on: configuration) }
        #expect(code == (role == .api ? nil : .accessRefused), "\(role)")
      }
    }
  }

  @Test func `nobody reads a queue that is another service's`() async throws {
    try await withUsers { host, users in
      let permitted: [ServiceRole: Set<String>] = [
        .verifier: ["kms.verify"], .worker: ["rewrap.start", "rewrap.batch"],
      ]
      for (role, queues) in permitted {
        let configuration = try #require(users[role])
        for queue in CommandTopology.queues + CommandTopology.queues.map(CommandTopology.deadLetterQueue) {
          let code = await AMQPError.Code.thrown {
            try await AMQPPullClient.with(configuration) { client in _ = try await client.get(queue) }
          }
          #expect(code == (queues.contains(queue) ? nil : .accessRefused), "\(role) \(queue)")
        }
      }
    }
  }

  @Test(arguments: [
    (ServiceRole.verifier, "tenant-kms.commands", "rewrap.start"), (.verifier, "", "rewrap.start"),
    (.verifier, "tenant-kms.events", ""), (.worker, "", "kms.verify"), (.worker, "tenant-kms.replies", "x"),
  ])
  func `nobody publishes where its service has nothing to say`(
    _ role: ServiceRole, _ exchange: String, _ routingKey: String
  ) async throws {
    try await withUsers { _, users in
      let publisher = AMQPPublisher(configuration: try #require(users[role]))
      try await withRunning(publisher) {
        let code = await AMQPError.Code.thrown {
          try await publisher.publish(
            AMQPMessage(body: Array("{}".utf8)), exchange: exchange, routingKey: routingKey)
        }
        #expect(code == .accessRefused || code == .outcomeUnknown)
      }
      // Whatever its publisher was told, nothing arrived.
      let api = try #require(users[.api])
      for queue in CommandTopology.queues {
        let count = try await AMQPPullClient.with(api) { client in try await client.state(of: queue).messages }
        #expect(count == 0)
      }
    }
  }

  /// A virtual host with the topology, and each service's way to it.
  private func withUsers(
    _ body: (VirtualHost, [ServiceRole: AMQPConfiguration]) async throws -> Void
  ) async throws {
    try await TestBroker.withVirtualHost { host in
      try await CommandTopology.topology.declare(on: host.configuration())
      var users: [ServiceRole: AMQPConfiguration] = [:]
      for role in ServiceRole.allCases {
        users[role] = try AMQPConfiguration(url: await host.makeUser(role), connectionName: "\(role)")
      }
      try await body(host, users)
    }
  }
}
