/// An exchange.
public struct AMQPExchange: Hashable, Sendable {
  /// How an exchange routes.
  public enum Kind: String, Hashable, Sendable {
    /// To the queues bound with exactly the message's routing key.
    case direct
    /// To every queue bound.
    case fanout
  }

  /// Its name, 1 … 255 bytes.
  public let name: String
  /// How it routes.
  public let kind: Kind
  /// Whether it survives a restart of the broker.
  public let isDurable: Bool

  /// Creates an exchange.
  /// - Parameters:
  ///   - name: its name.
  ///   - kind: how it routes.
  ///   - isDurable: whether it survives a restart; true by default.
  public init(_ name: String, kind: Kind, isDurable: Bool = true) {
    self.name = name
    self.kind = kind
    self.isDurable = isDurable
  }

  /// A durable direct exchange.
  public static func direct(_ name: String) -> AMQPExchange { AMQPExchange(name, kind: .direct) }
  /// A durable fanout exchange.
  public static func fanout(_ name: String) -> AMQPExchange { AMQPExchange(name, kind: .fanout) }
}
