public import Cryptography
public import FoundationEssentials
import Locking
public import Repository

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
  private let state = Guarded(State())

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
  /// ``evict(_:)`` and retry. Cancelled while another request unwraps the key, it ends when that does.
  /// - Throws: ``MasterKeyError``; what the store throws.
  public func activeKey(of tenantID: UUID) async throws -> MasterKey {
    try await key(Slot(tenantID: tenantID, version: nil))
  }

  /// A key by its version.
  /// - Throws: ``MasterKeyError``; what the store throws.
  public func key(_ version: Int32, of tenantID: UUID) async throws -> MasterKey {
    try await key(Slot(tenantID: tenantID, version: version))
  }

  /// Wipes every key of a tenant. Requests that hold one, or wait for one already, keep it until they end; those that
  /// come later unwrap anew.
  public func evict(_ tenantID: UUID) {
    state.withLock { state in state.entries = state.entries.filter { slot, _ in slot.tenantID != tenantID } }
  }

  /// Wipes every key of every tenant, likewise.
  public func evictAll() {
    state.withLock { $0.entries = [:] }
  }

  /// Wipes the keys whose time is over.
  func evictExpired() {
    let now = epoch()
    state.withLock { state in
      state.entries = state.entries.filter { _, entry in
        if case .held(_, let deadline) = entry { deadline > now } else { true }
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
    case loading(Load)
  }

  /// The number of a load: it tells an eviction's leftovers from the load that came after.
  private typealias Load = UInt64

  private struct State {
    var entries: [Slot: Entry] = [:]
    /// Who waits for each load that hasn't ended. One that lost its entry to an eviction serves them, and isn't held.
    var waiting: [Load: [Waiter]] = [:]
    var lastLoad: Load = 0

    mutating func begin(_ slot: Slot) -> Load {
      lastLoad += 1
      entries[slot] = .loading(lastLoad)
      waiting[lastLoad] = []
      return lastLoad
    }

    mutating func end(_ load: Load, of slot: Slot, with entry: Entry?) -> [Waiter] {
      if case .loading(load) = entries[slot] { entries[slot] = entry }
      return waiting.removeValue(forKey: load) ?? []
    }
  }

  private enum Claim {
    case hit(MasterKey)
    case leader(Load)
    case follower(Load)
  }

  private func key(_ slot: Slot) async throws -> MasterKey {
    while true {
      switch claim(slot) {
      case .hit(let key): return key
      case .leader(let load): return try await lead(load, of: slot)
      case .follower(let load):
        do { return try await follow(load).get() } catch is CancellationError {
          // Whoever was loading gave up, or has just finished: look again.
          try Task.checkCancellation()
        }
      }
    }
  }

  private func claim(_ slot: Slot) -> Claim {
    let now = epoch()
    return state.withLock { state in
      switch state.entries[slot] {
      case .held(let key, let deadline) where now < deadline: .hit(key)
      case .loading(let load): .follower(load)
      case .held, nil: .leader(state.begin(slot))
      }
    }
  }

  private func follow(_ load: Load) async -> Result<MasterKey, any Error> {
    await withCheckedContinuation { continuation in
      let isWaiting = state.withLock { $0.waiting[load]?.append(continuation) != nil }
      if !isWaiting { continuation.resume(returning: .failure(CancellationError())) }
    }
  }

  private func lead(_ load: Load, of slot: Slot) async throws -> MasterKey {
    let started = epoch()
    let result: Result<MasterKey, any Error>
    var entry: Entry?
    do {
      let version = try await find(slot)
      let key = MasterKey(version: version.version, key: try await unwrap(version))
      let bound = version.wrapping.method == .customerKMS ? timeToLive.customer : timeToLive.platform
      entry = .held(key, deadline: started + bound)
      result = .success(key)
    } catch {
      // What a cancelled call throws says nothing about the key: those who wait try for themselves.
      result = .failure(Task.isCancelled ? CancellationError() : error)
    }
    let waiting = state.withLock { $0.end(load, of: slot, with: entry) }
    for continuation in waiting { continuation.resume(returning: result) }
    return try result.get()
  }

  private func find(_ slot: Slot) async throws -> KeyVersion {
    guard let number = slot.version else { return try await versions.activeVersion(of: slot.tenantID) }
    guard let version = try await versions.version(number, of: slot.tenantID) else {
      throw MasterKeyError(.noSuchVersion(number))
    }
    return version
  }
}
