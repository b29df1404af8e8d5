import AMQP
import ServiceKit
import Testing

@Suite struct CommandTopologyTests {
  @Test func `every command has a queue bound by its name`() {
    #expect(CommandTopology.queues == ["kms.verify", "rewrap.start", "rewrap.batch"])
    for name in CommandTopology.queues {
      #expect(
        CommandTopology.topology.bindings.contains(
          AMQPBinding(queue: name, exchange: "tenant-kms.commands", routingKey: name)))
    }
    #expect(
      CommandTopology.topology.exchanges == [
        .direct("tenant-kms.commands"), .fanout("tenant-kms.events"), .direct("tenant-kms.replies"),
        .direct("tenant-kms.dead"),
      ])
  }

  @Test func `every queue gives up after ten tries, to a queue of its own that gives up nothing`() {
    let queues = Dictionary(uniqueKeysWithValues: CommandTopology.topology.queues.map { ($0.name, $0) })
    #expect(queues.count == 2 * CommandTopology.queues.count)
    for name in CommandTopology.queues {
      #expect(queues[name]?.deliveryLimit == 10)
      #expect(queues[name]?.deadLetter == .init(exchange: "", routingKey: "\(name).dead"))
      #expect(queues["\(name).dead"] == AMQPQueue("\(name).dead"))
    }
  }
}
