public import AMQP
public import Commands

/// The dead letters of the command queues: to be looked at, tried again, or forgotten.
public struct DeadLetters: Sendable {
  /// Which of a queue's dead letters are meant.
  public enum Selection: Sendable, Equatable {
    /// All of them.
    case all
    /// Those of this AMQP `message_id`.
    case message(String)
  }

  /// What became of those that were meant.
  public struct Tally: Sendable, Equatable {
    /// How many were requeued or dropped.
    public var done = 0
    /// How many stay, because none of our services signed them.
    public var refused = 0

    /// None so far.
    public init() {}
  }

  private let configuration: AMQPConfiguration
  private let authenticator: CommandAuthenticator

  /// Creates them; each call has a connection of its own.
  public init(configuration: AMQPConfiguration, authenticator: CommandAuthenticator) {
    self.configuration = configuration
    self.authenticator = authenticator
  }

  /// How many there are of a queue.
  public func count(of queue: String) async throws -> Int { try await states(of: queue).dead.messages }

  /// A queue whose commands wait to be handled, and the one of those that were given up.
  public func states(of queue: String) async throws -> (waiting: AMQPQueueState, dead: AMQPQueueState) {
    try await AMQPPullClient.with(configuration) { client in
      (try await client.state(of: queue), try await client.state(of: CommandTopology.deadLetterQueue(of: queue)))
    }
  }

  /// Looks at a queue's dead letters; they stay there, though looking may change their order.
  /// - Parameters:
  ///   - queue: the queue whose dead letters they are.
  ///   - limit: the most to look at.
  public func list(_ queue: String, limit: Int) async throws -> [DeadLetter] {
    try await AMQPPullClient.with(configuration) { client in
      let dead = CommandTopology.deadLetterQueue(of: queue)
      var found: [AMQPPulled] = []
      while found.count < limit, let pulled = try await client.get(dead) { found.append(pulled) }
      try await giveBack(found, to: dead, client)
      return found.map { DeadLetter($0, of: queue, authenticator: authenticator) }
    }
  }

  /// Publishes dead letters to their queue again, and removes each from the dead ones once it is safe there: it may be
  /// in both for a moment, never in neither. What isn't authentic stays.
  public func requeue(_ selection: Selection, of queue: String, by publisher: AMQPPublisher) async throws -> Tally {
    try await forEach(selection, of: queue) { pulled in
      guard let message = pulled.delivery?.message,
        DeadLetter(pulled, of: queue, authenticator: authenticator).isAuthentic
      else { return false }
      let again = DeadLetter.republished(
        message, [DeadLetter.requeuesHeader: .int(Int64(DeadLetter.requeues(of: message) + 1))])
      try await publisher.publish(again, exchange: CommandTopology.exchange, routingKey: queue)
      return true
    }
  }

  /// Forgets dead letters for good.
  public func drop(_ selection: Selection, of queue: String) async throws -> Tally {
    try await forEach(selection, of: queue) { _ in true }
  }

  /// Goes through those that are there now, and acknowledges the ones that `body` is done with.
  private func forEach(
    _ selection: Selection, of queue: String, _ body: (AMQPPulled) async throws -> Bool
  ) async throws -> Tally {
    try await AMQPPullClient.with(configuration) { client in
      let dead = CommandTopology.deadLetterQueue(of: queue)
      var tally = Tally()
      var staying: [AMQPPulled] = []
      // Counted first: what is requeued may be back here before the last one is reached.
      for _ in 0..<(try await client.state(of: dead).messages) {
        guard let pulled = try await client.get(dead) else { break }
        let isMeant =
          switch selection {
          case .all: true
          case .message(let id): pulled.delivery?.message.messageID == id
          }
        if isMeant, try await body(pulled) {
          try await client.settle(pulled, .ack)
          tally.done += 1
        } else {
          staying.append(pulled)
          tally.refused += isMeant ? 1 : 0
        }
      }
      try await giveBack(staying, to: dead, client)
      return tally
    }
  }

  /// Puts messages back, and waits for a moment until they are there: whoever looks next is to find them.
  private func giveBack(_ messages: [AMQPPulled], to queue: String, _ client: AMQPPullClient) async throws {
    for message in messages { try await client.settle(message, .retry) }
    for _ in 0..<100 where try await client.state(of: queue).messages < messages.count {
      try await Task.sleep(for: .milliseconds(10))
    }
  }
}
