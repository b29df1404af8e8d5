import FoundationEssentials
import Logging
import Repository
import ServiceLifecycle

/// Finds jobs that nobody carries on, and has them carried on.
///
/// The database knows where each job stands, the broker only whose turn it is. So whatever loses a command (a broker
/// restored from an older state, a tenant whose key didn't answer) costs time, never a job. Every worker looks; the
/// commands that several publish for one place end at the first that moves the cursor.
struct StalledJobs: Service {
  /// How often a worker looks, and how long a range must have stood still.
  let interval: Duration
  let store: RewrapStore
  let continuation: Continuation
  let logger: Logger

  func run() async throws {
    await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        do { try await Task.sleep(for: interval) } catch { return }
        await look()
      }
    }
  }

  private func look() async {
    do {
      let found = try await store.stalled(since: Date().addingTimeInterval(-(interval / .seconds(1))))
      try await continuation.start(found.idle)
      try await continuation.publish(found.cursors)
      if !found.idle.isEmpty || !found.cursors.isEmpty {
        logger.notice(
          "carried on stalled jobs",
          metadata: ["idle": "\(found.idle.count)", "ranges": "\(found.cursors.count)"])
      }
    } catch {
      logger.warning("stalled jobs not looked for", metadata: ["error": "\(error)"])
    }
  }
}
