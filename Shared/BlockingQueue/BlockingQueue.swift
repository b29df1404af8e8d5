import Dispatch

/// A serial executor on a dispatch queue of its own, on which C that blocks may run.
///
/// Swift's cooperative pool has as many threads as there are cores: one blocked call on each stalls the whole process.
/// An actor that owns a C handle names one of these as its executor; its methods may then block, and everything else
/// goes on. Jobs run one at a time, in the order they were enqueued. The thread may differ from one job to the next, so
/// no state may be left in thread-local storage (OpenSSL's error queue, `errno`) across an `await`.
///
/// ```swift
/// actor Connection {
///   private let queue = BlockingQueue(label: "postgres")
///   nonisolated var unownedExecutor: UnownedSerialExecutor { queue.asUnownedSerialExecutor() }
/// }
/// ```
///
/// The queue must outlive the actor's jobs: keep it in the actor's stored properties.
public final class BlockingQueue: SerialExecutor {
  private let queue: DispatchQueue

  /// Creates a queue.
  /// - Parameter label: shown by debuggers and profilers.
  public init(label: String) {
    queue = DispatchQueue(label: "tenant-kms.\(label)")
  }

  /// Runs a job after those already enqueued; returns at once.
  public func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
  }

  /// Traps unless the caller runs on this queue; the runtime asks this on behalf of `assumeIsolated`.
  public func checkIsolated() {
    dispatchPrecondition(condition: .onQueue(queue))
  }
}
