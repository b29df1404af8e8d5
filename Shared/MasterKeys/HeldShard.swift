package import FoundationEssentials

/// What a held value is known by: whose it is, and which of theirs.
package protocol HeldSlot: Hashable, Sendable {
  /// Whose.
  var tenantID: UUID { get }
}

/// The values of some of the tenants, and who waits for those that are being loaded.
///
/// Each shard has a lock of its own, so that requests for different tenants rarely meet.
struct HeldShard<Slot: HeldSlot, Value: Sendable>: Sendable {
  typealias Waiter = CheckedContinuation<Result<Value, any Error>, Never>

  /// The number of a load: it tells an eviction's leftovers from the load that came after.
  typealias Load = UInt64

  enum Entry: Sendable {
    case held(Value, deadline: Duration, usedAt: Duration)
    case loading(Load)
  }

  /// What a request for a value has to do.
  enum Claim: Sendable {
    case hit(Value)
    case leader(Load)
    case follower(Load)
  }

  /// The most values held; the one whose use is longest ago gives way to another.
  let capacity: Int
  private var entries: [Slot: Entry] = [:]
  /// Who waits for each load that hasn't ended. One that lost its entry to an eviction serves them, and isn't held.
  private var waiting: [Load: [Waiter]] = [:]
  private var lastLoad: Load = 0
  /// Of requests only: what is held is counted when somebody asks.
  private var counted = HeldFigures()

  init(capacity: Int) { self.capacity = capacity }

  mutating func claim(_ slot: Slot, at now: Duration) -> Claim {
    if let index = entries.index(forKey: slot) {
      switch entries.values[index] {
      case .held(let value, let deadline, _) where now < deadline:
        entries.values[index] = .held(value, deadline: deadline, usedAt: now)
        counted.hits += 1
        return .hit(value)
      case .loading(let load):
        counted.waits += 1
        return .follower(load)
      case .held: break
      }
    }
    counted.misses += 1
    lastLoad += 1
    entries[slot] = .loading(lastLoad)
    waiting[lastLoad] = []
    return .leader(lastLoad)
  }

  /// - Returns: whether there still is something to wait for.
  mutating func wait(_ waiter: Waiter, for load: Load) -> Bool { waiting[load]?.append(waiter) != nil }

  /// - Returns: whom to tell.
  mutating func end(_ load: Load, of slot: Slot, with entry: Entry?) -> [Waiter] {
    if case .loading(load) = entries[slot] {
      entries[slot] = entry
      if entries.count > capacity { evictLeastUsed() }
    }
    return waiting.removeValue(forKey: load) ?? []
  }

  var figures: HeldFigures {
    var figures = counted
    figures.held = entries.values.count(where: { if case .held = $0 { true } else { false } })
    return figures
  }

  mutating func evict(_ slot: Slot) { entries[slot] = nil }

  /// Evicts a value if it is held and meets a condition: not what was loaded in its place since.
  mutating func evict(_ slot: Slot, where condition: (Value) -> Bool) {
    if case .held(let value, _, _)? = entries[slot], condition(value) { entries[slot] = nil }
  }

  mutating func evict(_ tenantID: UUID, where condition: (Slot) -> Bool) {
    entries = entries.filter { slot, _ in slot.tenantID != tenantID || !condition(slot) }
  }

  mutating func evict(_ tenantID: UUID) { entries = entries.filter { slot, _ in slot.tenantID != tenantID } }

  mutating func evictAll() { entries = [:] }

  mutating func evictExpired(at now: Duration) {
    entries = entries.filter { _, entry in
      if case .held(_, let deadline, _) = entry { deadline > now } else { true }
    }
  }

  private mutating func evictLeastUsed() {
    let held = entries.compactMap { slot, entry -> (slot: Slot, usedAt: Duration)? in
      if case .held(_, _, let usedAt) = entry { (slot, usedAt) } else { nil }
    }
    if let least = held.min(by: { $0.usedAt < $1.usedAt }) { entries[least.slot] = nil }
  }
}
