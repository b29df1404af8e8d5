import Locking

/// Bounds how often each of many subjects does something, in this process: the generic cell rate algorithm, which keeps
/// one time a subject (ITU-T I.371, annex A).
final class RateLimiter: Sendable {
  /// The most subjects kept apart. Beyond that all begin afresh: memory is bounded rather than the last of a flood.
  static let capacity = 100_000

  private let interval: Duration
  private let tolerance: Duration
  private let elapsed: @Sendable () -> Duration
  /// Until when each subject has used up what it may.
  private let spent = Guarded<[String: Duration]>([:])

  /// - Parameters:
  ///   - count: how many times a subject may do it in each period, and at once.
  ///   - elapsed: the time since some beginning.
  init(_ count: Int, per period: Duration, elapsed: (@Sendable () -> Duration)? = nil) {
    interval = period / count
    tolerance = period - interval
    let start = ContinuousClock.now
    self.elapsed = elapsed ?? { start.duration(to: .now) }
  }

  /// Counts one time, unless that is one too many.
  /// - Returns: nil, or after how many seconds the next is possible.
  func take(_ subject: String) -> Int? {
    let now = elapsed()
    return spent.withLock { spent in
      let until = max(spent[subject] ?? now, now)
      if until - now > tolerance { return Self.seconds(until - now - tolerance) }
      if spent.count >= Self.capacity {
        spent = spent.filter { $0.value > now }
        if spent.count >= Self.capacity { spent = [:] }
      }
      spent[subject] = until + interval
      return nil
    }
  }

  /// As ``take(_:)``, without counting.
  func wait(of subject: String) -> Int? {
    let now = elapsed()
    guard let until = spent.withLock({ $0[subject] }), until - now > tolerance else { return nil }
    return Self.seconds(until - now - tolerance)
  }

  private static func seconds(_ duration: Duration) -> Int { max(1, Int((duration / .seconds(1)).rounded(.up))) }
}
