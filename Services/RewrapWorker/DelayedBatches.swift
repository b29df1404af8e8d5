import Logging
import Repository
import ServiceLifecycle

/// Batches that a limit holds back, published again when their time has come: none waits in a handler, where it would
/// keep another tenant's from its turn.
///
/// They are a memory, not the truth: what is lost with this process stands still in the database, and is found there.
/// A graceful shutdown hands all of them back to the broker.
actor DelayedBatches: Service {
  /// How often it looks whose time has come.
  static let tick = Duration.milliseconds(50)
  /// The most that are published a tick: of a crowd that waits for one limit few would be let in.
  static let perTick = 16
  /// The most that are remembered; the others are found when they have stood still.
  static let capacity = 10_000

  private let publish: @Sendable ([RewrapCursor]) async throws -> Void
  private let logger: Logger
  /// When each may come. A command that came twice is held once.
  private var due: [RewrapCursor: ContinuousClock.Instant] = [:]

  init(logger: Logger, publish: @escaping @Sendable ([RewrapCursor]) async throws -> Void) {
    self.logger = logger
    self.publish = publish
  }

  /// Holds a batch back.
  func add(_ cursor: RewrapCursor, for pause: Duration, now: ContinuousClock.Instant = .now) {
    guard due[cursor] != nil || due.count < Self.capacity else { return }
    due[cursor] = now + pause
  }

  /// Takes those whose time has come, the longest overdue first.
  func take(upTo limit: Int = perTick, now: ContinuousClock.Instant = .now) -> [RewrapCursor] {
    let taken = due.filter { $0.value <= now }.sorted { $0.value < $1.value }.prefix(limit).map(\.key)
    for cursor in taken { due[cursor] = nil }
    return taken
  }

  func run() async throws {
    await cancelWhenGracefulShutdown {
      while true {
        do { try await Task.sleep(for: Self.tick) } catch { return }
        await self.release(self.take())
      }
    }
    let rest = Array(due.keys)
    due = [:]
    await release(rest)
  }

  private func release(_ cursors: [RewrapCursor]) async {
    guard !cursors.isEmpty else { return }
    do { try await publish(cursors) } catch {
      logger.warning(
        "delayed batches not published; they will be found stalled",
        metadata: ["count": "\(cursors.count)", "error": "\(error)"])
    }
  }
}
