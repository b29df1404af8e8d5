import Commands
import FoundationEssentials
import MasterKeys
import Repository

/// Waits until every process that may hold a tenant's key has said that it dropped it.
struct EvictionWatch: Sendable {
  /// How often it looks.
  static let pause = Duration.milliseconds(20)

  let holders: KeyHolderStore
  var timeToLive = MasterKeys.TimeToLive()

  /// What the processes that may hold a key have done about an event, once all have acted or the patience is over.
  /// - Parameters:
  ///   - version: what they may hold.
  ///   - patience: how long to wait at most.
  ///   - time: as ``Repository/KeyHolderStore/evictions(after:bySeenWithin:since:)``.
  /// - Throws: `PostgresError`; `CancellationError`.
  func evictions(
    of version: KeyVersion, after event: TenantEvent, within patience: Duration, since time: Date? = nil
  ) async throws -> [KeyEviction] {
    let deadline = ContinuousClock.now + patience
    let window = timeToLive.holderWindow(of: version)
    var evictions = try await holders.evictions(after: event, bySeenWithin: window, since: time)
    // Who enters only now reads the database as the event left it.
    let awaited = Set(evictions.map(\.holderID))
    while evictions.contains(where: { $0.evictedAt == nil }), ContinuousClock.now < deadline {
      try await Task.sleep(for: Self.pause)
      evictions = try await holders.evictions(after: event, bySeenWithin: window, since: time)
        .filter { awaited.contains($0.holderID) }
    }
    return evictions
  }
}
