public import FoundationEssentials

/// Time as this module sees it, so that tests can run it.
public struct KMSClock: Sendable {
  /// The time of day, which signatures carry; AWS refuses one that is five minutes off.
  public let now: @Sendable () -> Date

  /// Waits; throws `CancellationError` when the task is cancelled.
  public let sleep: @Sendable (Duration) async throws -> Void

  /// Creates a clock.
  public init(now: @escaping @Sendable () -> Date, sleep: @escaping @Sendable (Duration) async throws -> Void) {
    self.now = now
    self.sleep = sleep
  }

  /// The machine's clock.
  public static let system = KMSClock(now: { Date() }, sleep: { try await Task.sleep(for: $0) })
}
