import BlockingQueue

extension AMQPTopology {
  /// Declares everything over a connection of its own, and closes it; doesn't block the caller's executor.
  ///
  /// Cancellation has no effect: it ends within the connection's timeouts.
  /// - Parameter configuration: how to reach the broker.
  /// - Throws: `AMQPError`: `topologyMismatch` where something exists with other properties, naming it.
  public func declare(on configuration: AMQPConfiguration) async throws(AMQPError) {
    try await Declaration(self).run(configuration)
  }
}

/// A short connection on a queue of its own, where it may block.
private actor Declaration {
  private let queue = BlockingQueue(label: "amqp.declare")
  private let topology: AMQPTopology

  nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe queue.asUnownedSerialExecutor() }

  init(_ topology: AMQPTopology) {
    self.topology = topology
  }

  func run(_ configuration: AMQPConfiguration) throws(AMQPError) {
    let link = try Link(configuration)
    try link.declare(topology)
    link.close()
  }
}
