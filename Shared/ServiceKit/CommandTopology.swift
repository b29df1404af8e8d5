public import AMQP
import Commands

/// The exchanges and queues through which the services command each other (contract §6).
public enum CommandTopology {
  /// Durable, direct: each command's name is its routing key.
  public static let exchange = "tenant-kms.commands"
  /// Fanout: what every process should hear of.
  public static let events = "tenant-kms.events"
  /// How often a command may be tried before it goes to its dead-letter queue.
  public static let deliveryLimit = 10

  /// The queues, named like their commands.
  public static let queues = [VerifyKey.name, StartRewrap.name, RewrapBatch.name]

  /// The queue that takes the commands of another one that were rejected, or tried too often.
  public static func deadLetterQueue(of queue: String) -> String { queue + ".dead" }

  /// Everything, to be declared by each service when it connects: who comes first makes it.
  public static let topology = AMQPTopology(
    exchanges: [.direct(exchange), .fanout(events)],
    queues: queues.flatMap { name in
      [
        AMQPQueue(deadLetterQueue(of: name)),
        AMQPQueue(
          name, deliveryLimit: deliveryLimit, deadLetter: .init(exchange: "", routingKey: deadLetterQueue(of: name))),
      ]
    },
    bindings: queues.map { AMQPBinding(queue: $0, exchange: exchange, routingKey: $0) })
}
