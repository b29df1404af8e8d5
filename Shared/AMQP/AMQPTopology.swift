/// The exchanges, queues and bindings that a service needs; declaring them twice changes nothing.
public struct AMQPTopology: Hashable, Sendable {
  /// Declared first.
  public var exchanges: [AMQPExchange]
  /// Declared second.
  public var queues: [AMQPQueue]
  /// Bound last.
  public var bindings: [AMQPBinding]

  /// Creates a topology.
  /// - Parameters:
  ///   - exchanges: none by default.
  ///   - queues: none by default.
  ///   - bindings: none by default.
  public init(exchanges: [AMQPExchange] = [], queues: [AMQPQueue] = [], bindings: [AMQPBinding] = []) {
    self.exchanges = exchanges
    self.queues = queues
    self.bindings = bindings
  }
}
