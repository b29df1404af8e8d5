import AMQP
import Commands
import FoundationEssentials
import Logging
import Postgres
import Repository
import ServiceKit
import ServiceLifecycle
import TracePropagation

/// Publishes what committed transactions left in the outbox, at least once and each tenant's commands in order.
///
/// PostgreSQL's notification makes it prompt, a look every now and then makes it sure: nobody notifies when another
/// relay dies with entries in its hands, or when the broker comes back.
struct OutboxRelay: Service {
  let outbox: Outbox
  let listener: PostgresListener
  let publisher: AMQPPublisher
  let authenticator: CommandAuthenticator
  let logger: Logger
  /// The longest that an entry waits for somebody to look.
  var interval = Duration.seconds(2)

  func run() async throws {
    // One that is buffered stands for all that come while a relay is under way; none is lost, since it's taken before.
    let (wakeUps, wakeUp) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    await cancelWhenGracefulShutdown {
      await withDiscardingTaskGroup { group in
        group.addTask { for await _ in listener { wakeUp.yield() } }
        group.addTask {
          while (try? await Task.sleep(for: interval)) != nil { wakeUp.yield() }
        }
        for await _ in wakeUps { await relay() }
      }
    }
  }

  private func relay() async {
    do {
      let relayed = try await outbox.relay(publish: publish)
      if relayed.published > 0 { logger.debug("outbox published", metadata: ["entries": "\(relayed.published)"]) }
    } catch is CancellationError {
      logger.debug("outbox relay called off")
    } catch {
      logger.warning("outbox not published, to be tried again", metadata: ["error": "\(error)"])
    }
  }

  @Sendable private func publish(_ entry: OutboxEntry) async throws -> OutboxEntry.Fate {
    try await TraceContext.$current.withValue(entry.trace) { try await publishTraced(entry) }
  }

  private func publishTraced(_ entry: OutboxEntry) async throws -> OutboxEntry.Fate {
    do {
      let signed = try authenticator.sign(name: entry.name, messageID: entry.messageID, body: entry.body)
      if entry.name == TenantEvent.name {
        try await publisher.broadcast(signed)
      } else {
        try await publisher.publish(signed.message, exchange: CommandTopology.exchange, routingKey: entry.name)
      }
      return .published
    } catch let error as CommandError { return stuck(entry, error) } catch let error as AMQPError
      where error.code == .unroutable || error.code == .invalidMessage
    { return stuck(entry, error) }
  }

  private func stuck(_ entry: OutboxEntry, _ error: any Error) -> OutboxEntry.Fate {
    logger.error(
      "outbox entry can't be published, and holds up its tenant's others",
      metadata: [
        "command": "\(entry.name)", "message_id": "\(entry.messageID.text)",
        "tenant_id": "\(entry.tenantID.text)", "error": "\(error)",
      ])
    return .stuck
  }
}
