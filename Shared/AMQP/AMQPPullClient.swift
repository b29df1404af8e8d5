import BlockingQueue

/// Takes messages out of queues when it is asked to (`basic.get`), over a connection of its own: for tools and for
/// looking, where an ``AMQPConsumer`` is for working.
///
/// A message taken is nobody else's until it is settled, or until the connection ends and the broker puts it back.
/// Heartbeats are served only by these calls: who waits between two of them for longer than twice the configured
/// interval finds the connection lost.
public actor AMQPPullClient {
  private let queue = BlockingQueue(label: "amqp.pull")
  private let configuration: AMQPConfiguration
  private var link: Link?

  /// The queue on which the C library may block.
  public nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe queue.asUnownedSerialExecutor() }

  private init(_ configuration: AMQPConfiguration) {
    self.configuration = configuration
  }

  /// Connects, lends the client, and disconnects: what wasn't settled by then goes back to where it was, though a quorum
  /// queue may take a moment for that.
  ///
  /// Cancellation has no effect on a call under way: each ends within the connection's timeouts.
  /// - Throws: `AMQPError` where there is no connection; what `body` throws.
  public static nonisolated(nonsending) func with<Value>(
    _ configuration: AMQPConfiguration, _ body: nonisolated(nonsending) (AMQPPullClient) async throws -> Value
  ) async throws -> Value {
    let client = AMQPPullClient(configuration)
    try await client.connect()
    do {
      let value = try await body(client)
      await client.disconnect()
      return value
    } catch {
      await client.disconnect()
      throw error
    }
  }

  /// How many messages lie in a queue, and how many consumers it has.
  /// - Throws: `AMQPError`: `notFound` without such a queue. The client is of no use after an error.
  public func state(of queue: String) throws(AMQPError) -> AMQPQueueState {
    try withLink { link throws(AMQPError) in try link.state(of: queue) }
  }

  /// Takes the first message of a queue.
  /// - Returns: nil where there is none.
  /// - Throws: `AMQPError`: `notFound` without such a queue. The client is of no use after an error.
  public func get(_ queue: String) throws(AMQPError) -> AMQPPulled? {
    try withLink { link throws(AMQPError) in try link.get(queue, patience: configuration.connectTimeout) }
  }

  /// Tells the broker what becomes of a message taken; an error later in the connection may undo it.
  /// - Throws: `AMQPError`. The client is of no use after an error.
  public func settle(_ pulled: AMQPPulled, _ outcome: AMQPOutcome) throws(AMQPError) {
    try withLink { link throws(AMQPError) in try link.settle(pulled.tag, outcome) }
  }

  private func connect() throws(AMQPError) { link = try Link(configuration) }

  private func disconnect() {
    link?.close()
    link = nil
  }

  private func withLink<Value>(_ body: (Link) throws(AMQPError) -> Value) throws(AMQPError) -> Value {
    guard let link else { throw AMQPError(.connectionLost, "an earlier call failed") }
    do { return try body(link) } catch {
      // Never used again: what the broker has not heard of, it puts back.
      self.link = nil
      throw error
    }
  }
}
