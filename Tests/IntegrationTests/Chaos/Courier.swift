import AMQP
import Foundation
import Logging
import Seeded
import ServiceLifecycle
import Synchronization
import Testing

/// Stands between the exchange of the commands and their queues, and delivers as badly as AMQP allows.
struct Courier {
  /// How badly.
  struct Manners: Sendable {
    /// How often each message is delivered.
    var copies = 1
    /// The longest that one is held back; each waits for a time of its own, so that they overtake each other.
    var delay = Duration.zero
  }

  private static let exchange = "tenant-kms.commands"

  /// Lends a courier for as long as the body runs; nil manners stand for none.
  static func with(
    _ manners: Manners?, between deployment: Deployment, seed: UInt64,
    _ body: () async throws -> Void
  ) async throws {
    guard let manners else { return try await body() }
    let chances = Mutex(SeededGenerator(seed: seed))
    let queues = try await boundQueues(deployment.virtualHost)
    let publisher = AMQPPublisher(configuration: try deployment.virtualHost.configuration("courier"))
    try await withThrowingTaskGroup { group in
      group.addTask { try await publisher.run() }
      for queue in queues {
        let consumer = AMQPConsumer(
          configuration: try deployment.virtualHost.configuration("courier"), queue: "courier.\(queue)", prefetch: 16,
          topology: AMQPTopology(
            exchanges: [.direct(exchange)], queues: [AMQPQueue("courier.\(queue)")],
            bindings: [AMQPBinding(queue: "courier.\(queue)", exchange: exchange, routingKey: queue)])
        ) { delivery in
          let delay = chances.withLock { Int.random(in: 0...Int(manners.delay / .microseconds(1)), using: &$0) }
          do {
            try await Task.sleep(for: .microseconds(delay))
            for _ in 0..<manners.copies {
              try await publisher.publish(delivery.message, exchange: "", routingKey: queue)
            }
            return .ack
          } catch { return .retry }
        }
        group.addTask { try await consumer.run() }
      }
      for queue in queues { try await take(queue, on: deployment.virtualHost) }
      do { try await body() } catch {
        group.cancelAll()
        throw error
      }
      group.cancelAll()
    }
  }

  private struct Binding: Decodable {
    let destination: String
    let properties_key: String
  }

  private static func bindings(_ host: VirtualHost) async throws -> [Binding] {
    try await host.api.get("exchanges/\(host.name)/\(exchange)/bindings/source")
  }

  /// The queues that the services have bound.
  private static func boundQueues(_ host: VirtualHost) async throws -> [String] {
    try await eventually("the services to bind their queues") {
      let queues = try await bindings(host).map(\.destination)
      return queues.isEmpty ? nil : queues
    }
  }

  /// Unbinds a queue once the courier's stands in for it.
  private static func take(_ queue: String, on host: VirtualHost) async throws {
    let binding = try await eventually("the courier's queue") {
      let all = try await bindings(host)
      return all.contains { $0.destination == "courier.\(queue)" } ? all.first { $0.destination == queue } : nil
    }
    try await host.api.send(
      "DELETE", "bindings/\(host.name)/e/\(exchange)/q/\(queue)/\(binding.properties_key)")
  }
}
