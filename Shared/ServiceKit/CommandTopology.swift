public import AMQP
import Commands

/// The exchanges and queues through which the services command each other (contract §6).
public enum CommandTopology {
  /// Durable, direct: each command's name is its routing key.
  public static let exchange = "tenant-kms.commands"
  /// Fanout: what every process should hear of.
  public static let events = "tenant-kms.events"
  /// Direct: an answer's routing key is the address that its question named.
  public static let replies = "tenant-kms.replies"
  /// Direct: what a service gives up, by the name of the queue that it comes from.
  public static let deadLetters = "tenant-kms.dead"
  /// How often a command may be tried before it goes to its dead-letter queue.
  public static let deliveryLimit = 10

  /// The queues, named like their commands.
  public static let queues = [VerifyKey.name, StartRewrap.name, RewrapBatch.name]

  /// The queue that takes the commands of another one that were rejected, or tried too often.
  public static func deadLetterQueue(of queue: String) -> String { queue + ".dead" }

  /// Everything, which the API declares; the others' broker users may not.
  public static let topology = AMQPTopology(
    exchanges: [.direct(exchange), .fanout(events), .direct(replies), .direct(deadLetters)],
    queues: queues.flatMap { name in
      [
        AMQPQueue(deadLetterQueue(of: name)),
        AMQPQueue(
          name, deliveryLimit: deliveryLimit, deadLetter: .init(exchange: "", routingKey: deadLetterQueue(of: name))),
      ]
    },
    bindings: queues.flatMap { name in
      [
        AMQPBinding(queue: name, exchange: exchange, routingKey: name),
        AMQPBinding(queue: deadLetterQueue(of: name), exchange: deadLetters, routingKey: name),
      ]
    })
}
