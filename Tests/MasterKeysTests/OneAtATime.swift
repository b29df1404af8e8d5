import Dispatch

/// Runs tasks one at a time, each as far as it can, in the order in which they become ready.
///
/// So those started before a gate opens all wait at it, and no lock is contended: ThreadSanitizer, which doesn't know
/// `Synchronization.Mutex`, would take that for a race.
final class OneAtATime: TaskExecutor {
  private let queue = DispatchQueue(label: "one-at-a-time")

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
  }
}
