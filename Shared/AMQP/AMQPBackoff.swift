/// How long to wait before connecting again: exponential with full jitter.
///
/// The wait before attempt *n* is uniform in 0 … min(`maximum`, `base` · 2ⁿ), so that the clients of a restarted broker
/// don't come back in step (AWS Architecture Blog, "Exponential Backoff And Jitter").
public struct AMQPBackoff: Sendable {
  /// The ceiling of the first wait; 100 ms by default.
  public let base: Duration
  /// The ceiling of every wait; 5 s by default. A connection that held longer than this starts the sequence over.
  public let maximum: Duration
  private let jitter: @Sendable () -> Double

  /// Creates a policy.
  /// - Parameters:
  ///   - base: the ceiling of the first wait.
  ///   - maximum: the ceiling of every wait.
  ///   - jitter: draws the share of the ceiling to wait, 0 … 1; uniform by default.
  public init(
    base: Duration = .milliseconds(100), maximum: Duration = .seconds(5),
    jitter: @escaping @Sendable () -> Double = { Double.random(in: 0...1) }
  ) {
    self.base = base
    self.maximum = maximum
    self.jitter = jitter
  }

  /// The wait before an attempt.
  /// - Parameter attempt: how many attempts failed in a row before this one, from 0.
  func delay(attempt: Int) -> Duration {
    let ceiling = min(maximum, base * (1 << min(attempt, 20)))
    return ceiling * min(max(jitter(), 0), 1)
  }
}
