import Commands
import FoundationEssentials
import Locking
import Logging

/// Tells whoever watches that a batch was committed, a few times a second a job.
///
/// Best effort: an event is a hint to look at the database, and the change of a job's status comes through the outbox.
struct ProgressBroadcast: Sendable {
  /// The least time between two events of one job.
  static let interval = Duration.milliseconds(250)

  private let last = Guarded<[UUID: ContinuousClock.Instant]>([:])
  private let logger: Logger
  private let broadcast: @Sendable (TenantEvent) async throws -> Void

  init(logger: Logger, broadcast: @escaping @Sendable (TenantEvent) async throws -> Void) {
    self.logger = logger
    self.broadcast = broadcast
  }

  /// Tells of a committed batch, unless another of the job was told of just now.
  func committed(_ job: UUID, of tenantID: UUID, now: ContinuousClock.Instant = .now) async {
    let isDue = last.withLock { last in
      if let before = last[job], now - before < Self.interval { return false }
      if last.count >= 1_000 { last = last.filter { now - $0.value < Self.interval } }
      last[job] = now
      return true
    }
    guard isDue else { return }
    do { try await broadcast(TenantEvent(.rewrapProgress, of: tenantID, leaseID: job)) } catch {
      logger.debug("progress not broadcast", metadata: ["error": "\(error)"])
    }
  }
}
