import AMQP
import Foundation

/// Publishes commands of 512 bytes to the queue `parts`, confirmed, or consumes them, acknowledged; connecting counts.
struct AMQPPart {
  static let queue = "parts"

  let configuration: AMQPConfiguration
  /// How many publishes wait for their confirm, or deliveries for their acknowledgement.
  let window: Int

  init(window: Int) throws {
    let url = ProcessInfo.processInfo.environment["AMQP_URL"] ?? ""
    configuration = try AMQPConfiguration(url: url, connectionName: "parts")
    self.window = window
  }

  func publish(_ count: Int) async throws {
    let publisher = AMQPPublisher(configuration: configuration, window: window)
    let message = AMQPMessage(body: [UInt8](repeating: 0x61, count: 512))
    let stopwatch = Stopwatch()
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await publisher.run() }
      try await withThrowingTaskGroup(of: Void.self) { senders in
        for sender in 0..<window {
          senders.addTask {
            for _ in 0..<(count / window + (sender < count % window ? 1 : 0)) {
              try await publisher.publish(message, exchange: "", routingKey: Self.queue)
            }
          }
        }
        try await senders.waitForAll()
      }
      stopwatch.report()
      group.cancelAll()
    }
  }

  func consume(_ count: Int) async throws {
    let (deliveries, continuation) = AsyncStream.makeStream(of: Void.self)
    let consumer = AMQPConsumer(configuration: configuration, queue: Self.queue, prefetch: window) { _ in
      continuation.yield()
      return .ack
    }
    let stopwatch = Stopwatch()
    await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await consumer.run() }
      var iterator = deliveries.makeAsyncIterator()
      for _ in 0..<count { await iterator.next() }
      stopwatch.report()
      group.cancelAll()
    }
  }
}
