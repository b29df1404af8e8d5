import AMQP
import Commands
import FoundationEssentials
import Logging
import MasterKeys
import Monitoring
import Repository
import ServiceKit

/// `rewrap.batch`: rewraps the next rows of a range and publishes the continuation.
struct RewrapBatchHandler: Sendable {
  let store: RewrapStore
  let pace: WorkerConfiguration.Pace
  let rewrapper: Rewrapper
  let continuation: Continuation
  let gate: RewrapGate
  let delayed: DelayedBatches
  let progress: ProgressBroadcast
  private let rewrapped: Counter
  let logger: Logger

  init(
    store: RewrapStore, pace: WorkerConfiguration.Pace, rewrapper: Rewrapper, continuation: Continuation,
    gate: RewrapGate, delayed: DelayedBatches, progress: ProgressBroadcast, metrics: MetricRegistry, logger: Logger
  ) {
    self.store = store
    self.pace = pace
    self.rewrapper = rewrapper
    self.continuation = continuation
    self.gate = gate
    self.delayed = delayed
    self.progress = progress
    rewrapped = metrics.counter(
      "tenant_kms_rewrap_rows_total", "Rows of committed batches, those set aside among them.")
    rewrapped.add(0)
    self.logger = logger
  }

  func handle(
    _ command: RewrapBatch, _ delivery: AMQPDelivery
  ) async throws -> CommandHandler<RewrapBatch>.Outcome {
    let admission = try await gate.admit(command.leaseID, rows: pace.batchRows)
    let rows: Int32
    switch admission {
    case .unlimited: rows = pace.batchRows
    case .granted(let granted): rows = granted
    case .later(let pause):
      await delayed.add(RewrapCursor(command), for: pause)
      return .done
    }
    let tally = BatchTally()
    let outcome: RewrapStore.BatchOutcome
    do {
      outcome = try await store.rewrapBatch(
        at: RewrapCursor(command), limit: rows, window: pace.window, time: Date(),
        rewrap: tally.noting { [rewrapper] in try await rewrapper.rewrap($0, $1, $2, $3) })
    } catch let error as MasterKeyError {
      // Nothing was written: what was granted is for others.
      try await gate.settle(admission, taken: 0, by: command.leaseID)
      if case .revoked = error.code, try await store.supersedeIfRevoked(command.leaseID, at: Date()) {
        logger.notice(
          "rewrap superseded: its target version was revoked", metadata: ["lease_id": .string(command.leaseID.text)])
        return .done
      }
      // Trying again at once would only wear out the delivery limit: the range stays where it is, and is found there
      // once it has stalled for a while.
      logger.warning("rewrap waits for the tenant's key", metadata: ["error": "\(error)"])
      return .done
    } catch let error as KeyUses.Exhausted {
      // Nor does that: it is found there until a rotation has another job take over.
      try await gate.settle(admission, taken: 0, by: command.leaseID)
      logger.error("rewrap waits for a rotation", metadata: ["error": "\(error)"])
      return .done
    }
    switch outcome {
    case .committed(let next):
      rewrapped.add(UInt64(tally.rows))
      try await continuation.publish(next)
      if let tenantID = tally.tenantID { await progress.committed(command.leaseID, of: tenantID) }
    case .stale where delivery.redelivered:
      // The worker before may have died between its commit and the continuation. Should that have been published
      // after all, the job has two commands at one place: the second will be stale, not redelivered, and end here.
      try await continuation.publish(store.openCursors(of: command.leaseID))
    case .stale, .notRunning: break
    }
    try await gate.settle(admission, taken: tally.rows, by: command.leaseID)
    return .done
  }
}
