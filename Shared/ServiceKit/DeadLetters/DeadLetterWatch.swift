import AMQP
import Locking
public import Logging
public import Monitoring
public import ServiceLifecycle

/// Counts the commands and the dead letters of every command queue now and then, and says when more were given up.
public final class DeadLetterWatch: Service {
  private let letters: DeadLetters
  private let interval: Duration
  private let logger: Logger
  private let counts = Guarded<[String: (waiting: AMQPQueueState, dead: AMQPQueueState)]>([:])

  /// Creates a watch.
  /// - Parameters:
  ///   - letters: what is watched.
  ///   - interval: the time between two looks; 15 seconds unless told.
  ///   - metrics: where the counts are shown, as `tenant_kms_queue_messages` and `tenant_kms_dead_letters`.
  ///   - logger: told of more dead letters, and of looks that failed.
  public init(_ letters: DeadLetters, interval: Duration = .seconds(15), metrics: MetricRegistry, logger: Logger) {
    self.letters = letters
    self.interval = interval
    self.logger = logger
    metrics.register { [counts] in
      let samples = counts.withLock { $0 }.sorted { $0.key < $1.key }
      return [
        MetricFamily(
          "tenant_kms_dead_letters", "Commands that were given up and wait for an operator, by their queue.", .gauge,
          samples.map { MetricFamily.Sample(Double($0.value.dead.messages), [("queue", $0.key)]) }),
        MetricFamily(
          "tenant_kms_queue_messages", "Commands that wait to be handled, without those in hand.", .gauge,
          samples.map { MetricFamily.Sample(Double($0.value.waiting.messages), [("queue", $0.key)]) }),
      ]
    }
  }

  /// Looks until graceful shutdown.
  public func run() async {
    await cancelWhenGracefulShutdown {
      repeat {
        for queue in CommandTopology.queues { await self.look(at: queue) }
      } while (try? await Task.sleep(for: self.interval)) != nil
    }
  }

  private func look(at queue: String) async {
    let states: (waiting: AMQPQueueState, dead: AMQPQueueState)?
    do { states = try await letters.states(of: queue) } catch {
      logger.warning("queue not counted", metadata: ["queue": "\(queue)", "error": "\(error)"])
      states = nil
    }
    // A count that isn't known any more is not shown: an old one would look like a good one.
    let before = counts.withLock { counts in
      defer { counts[queue] = states }
      return counts[queue]?.dead.messages ?? 0
    }
    if let dead = states?.dead.messages, dead > before {
      logger.error("commands were given up", metadata: ["queue": "\(queue)", "dead_letters": "\(dead)"])
    }
  }
}
