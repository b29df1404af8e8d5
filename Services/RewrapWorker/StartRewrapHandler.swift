import AMQP
import Commands
import FoundationEssentials
import Logging
import Repository
import ServiceKit

/// `rewrap.start`: plans a job and sets its first window of batches going.
struct StartRewrapHandler: Sendable {
  let store: RewrapStore
  let pace: WorkerConfiguration.Pace
  let continuation: Continuation
  let logger: Logger

  func handle(_ command: StartRewrap, _: AMQPDelivery) async throws -> CommandHandler<StartRewrap>.Outcome {
    do {
      let cursors = try await store.plan(
        command.leaseID, window: pace.window, rangeRows: Int64(pace.batchRows), at: Date())
      try await continuation.publish(cursors)
      logger.info(
        "rewrap started", metadata: ["lease_id": .string(command.leaseID.text), "ranges": "\(cursors.count)"])
      return .done
    } catch let error as RepositoryError where error.code == .noSuchJob { return .hopeless("\(error)") }
  }
}
