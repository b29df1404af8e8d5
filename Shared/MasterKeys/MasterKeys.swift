public import Cryptography
public import FoundationEssentials
public import Repository
import Synchronization

/// The tenants' master keys, unwrapped on demand and held for a bounded time.
///
/// A key is unwrapped by the first request that misses it; the others of that moment wait for its result. It lives in
/// this process for at most its time to live and is wiped on eviction. A hit does no input or output.
public final class MasterKeys: Sendable {
  /// How long a key may be held.
  public struct TimeToLive: Sendable {
    /// Under a customer's key: the bound of the kill switch. 5 minutes unless told.
    public var customer = Duration.seconds(300)
    /// Under the platform's. 1 hour unless told.
    public var platform = Duration.seconds(3600)

    /// The contract's bounds.
    public init() {}
  }

  private let versions: any KeyVersionSource
  private let unwrap: @Sendable (KeyVersion) async throws -> SecretBytes
  private let timeToLive: TimeToLive
  let clock: any Clock<Duration>
  private let epoch: @Sendable () -> Duration
  private let table = Mutex<[Slot: Entry]>([:])

  /// Creates an empty cache.
  /// - Parameters:
  ///   - versions: where wrapped keys are read.
  ///   - timeToLive: the contract's bounds unless told.
  ///   - clock: measures the time to live; the continuous clock unless told.
  ///   - unwrap: unwraps a version; throws ``MasterKeyError``.
  public init<C: Clock<Duration>>(
    versions: any KeyVersionSource, timeToLive: TimeToLive = TimeToLive(), clock: C = ContinuousClock(),
    unwrap: @escaping @Sendable (KeyVersion) async throws -> SecretBytes
  ) {
    self.versions = versions
    self.unwrap = unwrap
    self.timeToLive = timeToLive
    self.clock = clock
    let start = clock.now
    epoch = { start.duration(to: clock.now) }
  }

  /// The key that new wraps use.
  ///
  /// It may have been retired a moment ago: a write must check that under the tenant's lock, and on a mismatch call
  /// ``evict(_:)`` and retry.
  /// - Throws: ``MasterKeyError``; what the store throws.
  public func activeKey(of tenantID: UUID) async throws -> MasterKey {
    try await key(Slot(tenantID: tenantID, version: nil))
  }

  /// A key by its version.
  /// - Throws: ``MasterKeyError``; what the store throws.
  public func key(_ version: Int32, of tenantID: UUID) async throws -> MasterKey {
    try await key(Slot(tenantID: tenantID, version: version))
  }

  /// Wipes every key of a tenant. Requests that hold one keep it until they end.
  public func evict(_ tenantID: UUID) {
    table.withLock { table in
      for (slot, entry) in table where slot.tenantID == tenantID {
        switch entry {
        case .held: table[slot] = nil
        case .loading(let waiting, _): table[slot] = .loading(waiting, isCurrent: false)
        }
      }
    }
  }

  /// Wipes every key of every tenant.
  public func evictAll() {
    for tenantID in Set(table.withLock { $0.keys.map(\.tenantID) }) { evict(tenantID) }
  }

  /// Wipes the keys whose time is over.
  func evictExpired() {
    let now = epoch()
    table.withLock { table in
      for (slot, entry) in table {
        if case .held(_, let deadline) = entry, deadline <= now { table[slot] = nil }
      }
    }
  }

  private struct Slot: Hashable {
    let tenantID: UUID
    /// Nil for the active one, whichever that is.
    let version: Int32?
  }

  private typealias Waiter = CheckedContinuation<Result<MasterKey, any Error>, Never>

  private enum Entry {
    case held(MasterKey, deadline: Duration)
    /// - isCurrent: false once the tenant was evicted meanwhile: the result then serves those who wait, and isn't held.
    case loading([Waiter], isCurrent: Bool)
  }

  private enum Claim {
    case hit(MasterKey)
    case leader
    case follower
  }

  private func key(_ slot: Slot) async throws -> MasterKey {
    while true {
      switch claim(slot) {
      case .hit(let key): return key
      case .leader: return try await load(slot)
      case .follower:
        do { return try await follow(slot).get() } catch is CancellationError {
          // Whoever was loading gave up, or has just finished: look again.
          try Task.checkCancellation()
        }
      }
    }
  }

  private func claim(_ slot: Slot) -> Claim {
    let now = epoch()
    return table.withLock { table in
      switch table[slot] {
      case .held(let key, let deadline) where now < deadline: return .hit(key)
      case .loading: return .follower
      case .held, nil:
        table[slot] = .loading([], isCurrent: true)
        return .leader
      }
    }
  }

  /// Waits for whoever is loading the slot.
  private func follow(_ slot: Slot) async -> Result<MasterKey, any Error> {
    await withCheckedContinuation { continuation in
      let isWaiting = table.withLock { table in
        guard case .loading(let waiting, let isCurrent) = table[slot] else { return false }
        table[slot] = .loading(waiting + [continuation], isCurrent: isCurrent)
        return true
      }
      if !isWaiting { continuation.resume(returning: .failure(CancellationError())) }
    }
  }

  private func load(_ slot: Slot) async throws -> MasterKey {
    let started = epoch()
    let result: Result<(key: MasterKey, deadline: Duration), any Error>
    do {
      let version = try await find(slot)
      let key = MasterKey(version: version.version, key: try await unwrap(version))
      let bound = version.wrapping.method == .customerKMS ? timeToLive.customer : timeToLive.platform
      result = .success((key, started + bound))
    } catch { result = .failure(error) }
    let waiting = table.withLock { table -> [Waiter] in
      guard case .loading(let waiting, let isCurrent) = table.removeValue(forKey: slot) else { return [] }
      if case .success(let loaded) = result, isCurrent { table[slot] = .held(loaded.key, deadline: loaded.deadline) }
      return waiting
    }
    let answer = result.map(\.key)
    for continuation in waiting { continuation.resume(returning: answer) }
    return try answer.get()
  }

  private func find(_ slot: Slot) async throws -> KeyVersion {
    guard let number = slot.version else { return try await versions.activeVersion(of: slot.tenantID) }
    guard let version = try await versions.version(number, of: slot.tenantID) else {
      throw MasterKeyError(.noSuchVersion(number))
    }
    return version
  }
}
