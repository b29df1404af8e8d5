import Synchronization

/// One operation's wish to end early, set by its task's cancellation and seen by the thread that polls.
final class Interruption: Sendable {
  private let requested = Atomic(false)
  private let wakeup: Wakeup

  init(_ wakeup: Wakeup) { self.wakeup = wakeup }

  /// True once the task was cancelled.
  var isRequested: Bool { requested.load(ordering: .acquiring) }

  /// Asks the operation to end.
  func request() {
    requested.store(true, ordering: .releasing)
    wakeup.signal()
  }
}
