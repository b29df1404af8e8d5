public import Commands
public import FoundationEssentials
import Locking
public import Logging
public import Repository
public import ServiceLifecycle

/// This process, as one of those that hold keys: written down before it reads a wrapped key, so that whoever erases one
/// knows whose word to wait for.
///
/// It stands between ``MasterKeys`` and the store, so that no key is held by a process that isn't written down. There is
/// no heartbeat to miss: an entry is refreshed by reading, and a process that has read nothing for as long as keys live
/// holds nothing.
public final class KeyHolder: KeyVersionSource, Service {
  /// How old this process's entry may be when it reads a wrapped key.
  static let freshness = Duration.seconds(30)

  /// This process, until it ends.
  public let id = UUID()
  private let service: String
  private let versions: any KeyVersionSource
  private let registry: any KeyHolderRegistry
  private let logger: Logger
  /// The time since this was created.
  private let epoch: @Sendable () -> Duration
  /// When the entry was last refreshed, at the earliest.
  private let refreshedAt = Guarded<Duration?>(nil)
  private let events: AsyncStream<TenantEvent>
  private let acknowledgement: AsyncStream<TenantEvent>.Continuation

  /// Creates the holder of a process's keys, not yet written down.
  /// - Parameters:
  ///   - service: the process's name.
  ///   - versions: where wrapped keys are read.
  ///   - registry: where this process is written down.
  ///   - logger: told what couldn't be written down.
  ///   - clock: measures the age of the entry; the continuous clock unless told.
  public init<C: Clock<Duration>>(
    service: String, versions: any KeyVersionSource, registry: any KeyHolderRegistry, logger: Logger,
    clock: C = ContinuousClock()
  ) {
    self.service = service
    self.versions = versions
    self.registry = registry
    self.logger = logger
    let start = clock.now
    epoch = { start.duration(to: clock.now) }
    (events, acknowledgement) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(4096))
  }

  /// The version that new wraps use.
  /// - Throws: as the source; what the registry throws.
  public func activeVersion(of tenantID: UUID) async throws -> KeyVersion {
    try await enter()
    return try await versions.activeVersion(of: tenantID)
  }

  /// A version by its number, or nil.
  /// - Throws: what the source and the registry throw.
  public func version(_ version: Int32, of tenantID: UUID) async throws -> KeyVersion? {
    try await enter()
    return try await versions.version(version, of: tenantID)
  }

  /// Has it written down that an event was heard and the keys that it outdates are gone: call it once they are. Returns
  /// at once; those of a broker that outruns the database by thousands are dropped, which has whoever waits wait longer.
  public func acknowledge(_ event: TenantEvent) {
    if event.outdatesKeys { acknowledgement.yield(event) }
  }

  /// Writes down what was acknowledged, until graceful shutdown; then that this process holds nothing any more. Start it
  /// before whatever holds keys, so that it ends after that has wiped them.
  public func run() async throws {
    for await event in events.cancelOnGracefulShutdown() {
      await attempt("eviction not acknowledged: who waits for it has to wait for the key's time to end") {
        try await registry.acknowledge(event, by: id)
      }
    }
    await attempt("still written down as a holder of keys, until their time is over") { try await registry.leave(id) }
  }

  private func enter() async throws {
    let now = epoch()
    if let last = refreshedAt.withLock({ $0 }), now - last < Self.freshness { return }
    try await registry.enter(id, service: service)
    refreshedAt.withLock { $0 = max($0 ?? now, now) }
  }

  private func attempt(_ failure: Logger.Message, _ body: () async throws -> Void) async {
    do { try await body() } catch { logger.warning(failure, metadata: ["error": "\(error)"]) }
  }
}
