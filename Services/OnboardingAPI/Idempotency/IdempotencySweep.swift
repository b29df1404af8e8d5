import Logging
import Repository
import ServiceLifecycle

/// Forgets the calls that need not be remembered any more, in the background; any number of processes may at once.
struct IdempotencySweep: Service {
  /// How many go at a time.
  static let batch: Int32 = 1_000

  let store: IdempotencyStore
  let logger: Logger
  /// How long to wait between sweeps.
  var interval = Duration.seconds(600)

  func run() async throws {
    await cancelWhenGracefulShutdown {
      repeat { await sweep() } while (try? await Task.sleep(for: interval)) != nil
    }
  }

  private func sweep() async {
    do {
      while try await store.forgetExpired(limit: Self.batch) == Self.batch, !Task.isCancelled {}
    } catch is CancellationError {
      logger.debug("idempotency sweep called off")
    } catch {
      logger.warning("expired idempotency keys not deleted, to be tried again", metadata: ["error": "\(error)"])
    }
  }
}
