public import Cryptography
public import FoundationEssentials
import Locking
public import Repository

/// The tenants' master keys, unwrapped on demand and held for a bounded time.
///
/// A key is unwrapped by the first request that misses it; the others of that moment wait for its result. It lives in
/// this process for at most its time to live and is wiped on eviction. A hit does no input or output, and takes a lock
/// that only the requests of few other tenants take.
///
/// What the other processes broadcast, seals, revocations and rotations, reaches it through ``hear(_:)``, and whether
/// they can be heard through ``linkChanged(isUp:)``. A key that is loaded while they can't be is held only until its time
/// to live has passed since the link was lost, and from then on no key is loaded at all.
public final class MasterKeys: Sendable {
  /// How long a key may be held.
  public struct TimeToLive: Sendable {
    /// Under a customer's key: the bound of the kill switch. 5 minutes unless told.
    public var customer = Duration.seconds(300)
    /// Under the platform's. 1 hour unless told.
    public var platform = Duration.seconds(3600)

    /// The contract's bounds.
    public init() {}

    func bound(of version: KeyVersion) -> Duration {
      version.wrapping.method == .customerKMS ? customer : platform
    }
  }

  /// The denials that requests met, for whoever seals; the newest few hundred if nobody takes them.
  public let denials: AsyncStream<KeyDenial>

  let versions: any KeyVersionSource
  let unwrap: @Sendable (KeyVersion) async throws -> SecretBytes
  let timeToLive: TimeToLive
  let clock: any Clock<Duration>
  /// The time since this was created.
  let epoch: @Sendable () -> Duration
  let deny: AsyncStream<KeyDenial>.Continuation
  /// Since when the other processes can't be heard, or nil while they can: at first they can't.
  let lostAt = Guarded<Duration?>(.zero)
  let held: HeldValues<Slot, MasterKey>
  let uses: KeyUses?

  /// Creates an empty cache, out of touch with other processes.
  /// - Parameters:
  ///   - versions: where wrapped keys are read.
  ///   - timeToLive: the contract's bounds unless told.
  ///   - uses: counts what is wrapped under the keys; nil in a process that wraps nothing.
  ///   - clock: measures the time to live; the continuous clock unless told.
  ///   - unwrap: unwraps a version; throws ``MasterKeyError``.
  public init<C: Clock<Duration>>(
    versions: any KeyVersionSource, timeToLive: TimeToLive = TimeToLive(), uses: KeyUses? = nil,
    clock: C = ContinuousClock(),
    unwrap: @escaping @Sendable (KeyVersion) async throws -> SecretBytes
  ) {
    self.versions = versions
    self.unwrap = unwrap
    self.timeToLive = timeToLive
    self.clock = clock
    let start = clock.now
    epoch = { start.duration(to: clock.now) }
    held = HeldValues(shards: 64, now: epoch)
    self.uses = uses
    (denials, deny) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(256))
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
  public func evict(_ tenantID: UUID) { held.evict(tenantID) }

  /// Wipes every key of every tenant, likewise.
  public func evictAll() { held.evictAll() }

  /// Wipes the keys whose time is over.
  func evictExpired() { held.evictExpired() }

  /// The time that deadlines are measured in.
  package var now: Duration { epoch() }

  struct Slot: HeldSlot {
    let tenantID: UUID
    /// Nil for the active one, whichever that is.
    let version: Int32?
  }
}
