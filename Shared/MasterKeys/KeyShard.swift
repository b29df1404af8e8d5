import FoundationEssentials

/// The keys of some of the tenants, and who waits for those that are being unwrapped.
///
/// Each shard has a lock of its own, so that requests for different tenants rarely meet.
struct KeyShard: Sendable {
  struct Slot: Hashable, Sendable {
    let tenantID: UUID
    /// Nil for the active one, whichever that is.
    let version: Int32?
  }

  typealias Waiter = CheckedContinuation<Result<MasterKey, any Error>, Never>

  /// The number of a load: it tells an eviction's leftovers from the load that came after.
  typealias Load = UInt64

  enum Entry: Sendable {
    case held(MasterKey, deadline: Duration)
    case loading(Load)
  }

  /// What a request for a key has to do.
  enum Claim: Sendable {
    case hit(MasterKey)
    case leader(Load)
    case follower(Load)
  }

  private var entries: [Slot: Entry] = [:]
  /// Who waits for each load that hasn't ended. One that lost its entry to an eviction serves them, and isn't held.
  private var waiting: [Load: [Waiter]] = [:]
  private var lastLoad: Load = 0

  mutating func claim(_ slot: Slot, at now: Duration) -> Claim {
    switch entries[slot] {
    case .held(let key, let deadline) where now < deadline: return .hit(key)
    case .loading(let load): return .follower(load)
    case .held, nil:
      lastLoad += 1
      entries[slot] = .loading(lastLoad)
      waiting[lastLoad] = []
      return .leader(lastLoad)
    }
  }

  /// - Returns: whether there still is something to wait for.
  mutating func wait(_ waiter: Waiter, for load: Load) -> Bool { waiting[load]?.append(waiter) != nil }

  /// - Returns: whom to tell.
  mutating func end(_ load: Load, of slot: Slot, with entry: Entry?) -> [Waiter] {
    if case .loading(load) = entries[slot] { entries[slot] = entry }
    return waiting.removeValue(forKey: load) ?? []
  }

  mutating func evict(_ tenantID: UUID) { entries = entries.filter { slot, _ in slot.tenantID != tenantID } }

  mutating func evictAll() { entries = [:] }

  mutating func evictExpired(at now: Duration) {
    entries = entries.filter { _, entry in
      if case .held(_, let deadline) = entry { deadline > now } else { true }
    }
  }
}
