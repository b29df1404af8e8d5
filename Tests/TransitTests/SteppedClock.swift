import Locking

/// A clock that stands still until it is told to go on, or somebody sleeps: a sleep takes no time but its own.
final class SteppedClock: Clock {
  struct Instant: InstantProtocol {
    var offset = Duration.zero
    func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
    func duration(to other: Instant) -> Duration { other.offset - offset }
    static func < (left: Instant, right: Instant) -> Bool { left.offset < right.offset }
  }

  private let state = Guarded(Instant())

  var now: Instant { state.withLock { $0 } }
  var minimumResolution: Duration { .zero }

  /// Moves the time on.
  func advance(by duration: Duration) { state.withLock { $0 = $0.advanced(by: duration) } }

  func sleep(until deadline: Instant, tolerance: Duration?) async throws {
    try Task.checkCancellation()
    state.withLock { $0 = max($0, deadline) }
  }
}
