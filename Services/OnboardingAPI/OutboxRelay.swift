import AMQP
import Commands
import Logging
import Postgres
import Repository
import ServiceKit
import ServiceLifecycle

/// Publishes what committed transactions left in the outbox: at once when PostgreSQL notifies, and whenever a
/// connection to it begins to listen. At least once, and each tenant's commands in order.
struct OutboxRelay: Service {
  let outbox: Outbox
  let listener: PostgresListener
  let publisher: AMQPPublisher
  let authenticator: CommandAuthenticator
  let logger: Logger

  func run() async throws {
    await cancelWhenGracefulShutdown {
      for await _ in listener { await drain() }
    }
  }

  /// Publishes until nothing is left, or until that fails for as long as it takes: what is in the outbox waits for the
  /// broker, and the broker comes back.
  private func drain() async {
    var pause = Duration.milliseconds(100)
    while !Task.isCancelled {
      do {
        guard try await outbox.relay(publish: publish) > 0 else { return }
        pause = .milliseconds(100)
      } catch {
        logger.warning("outbox not published, to be tried again", metadata: ["error": "\(error)"])
        try? await Task.sleep(for: pause)
        pause = min(pause * 2, .seconds(5))
      }
    }
  }

  @Sendable private func publish(_ entry: OutboxEntry) async throws {
    let signed = try authenticator.sign(name: entry.name, messageID: entry.messageID, body: entry.body)
    if entry.name == TenantEvent.name {
      try await publisher.broadcast(signed)
    } else {
      try await publisher.publish(signed.message, exchange: CommandTopology.exchange, routingKey: entry.name)
    }
  }
}
