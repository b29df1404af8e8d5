import FoundationEssentials
import HTTPTypes
import Locking
import ServiceLifecycle

/// Wakes those who watch a tenant when something may have happened to it, and everybody every fifteen seconds.
///
/// A wake-up says no more than that: who is woken looks for themselves, so neither a lost event nor a forged or an old
/// one can show a watcher anything that isn't so.
final class EventHub: Service {
  /// How long a stream is quiet at most.
  static let heartbeat = Duration.seconds(15)
  /// The most streams of one tenant.
  static let streamsPerTenant = 16

  private struct State {
    var watchers: [UUID: [ObjectIdentifier: AsyncStream<Void>.Continuation]] = [:]
    var isClosed = false
  }

  private let state = Guarded(State())

  /// Begins to watch a tenant: of whatever happens from now on there is a wake-up.
  /// - Throws: 429 where the tenant has as many streams as it may, 503 while the service stops.
  func watch(_ tenantID: UUID) throws(APIError) -> EventWatch {
    let watch = EventWatch { [weak self] watch in self?.remove(watch, of: tenantID) }
    try state.withLock { state throws(APIError) in
      guard !state.isClosed else { throw .unavailable("the stream of events") }
      guard state.watchers[tenantID, default: [:]].count < Self.streamsPerTenant else {
        throw APIError(
          status: .tooManyRequests, type: "too_many_streams",
          message: "a tenant may have \(Self.streamsPerTenant) streams of events at once; close one", retryAfter: 5)
      }
      state.watchers[tenantID, default: [:]][ObjectIdentifier(watch)] = watch.continuation
    }
    return watch
  }

  /// Something happened to a tenant.
  func wake(_ tenantID: UUID) {
    for watcher in state.withLock({ Array($0.watchers[tenantID, default: [:]].values) }) { watcher.yield() }
  }

  /// Something may have happened to anybody.
  func wakeAll() {
    for watcher in everybody { watcher.yield() }
  }

  /// Wakes everybody now and then until a graceful shutdown, which ends every stream.
  func run() async throws {
    await cancelWhenGracefulShutdown {
      while true {
        do { try await Task.sleep(for: Self.heartbeat) } catch { return }
        self.wakeAll()
      }
    }
    state.withLock { $0.isClosed = true }
    for watcher in everybody { watcher.finish() }
  }

  private var everybody: [AsyncStream<Void>.Continuation] {
    state.withLock { $0.watchers.values.flatMap(\.values) }
  }

  private func remove(_ watch: ObjectIdentifier, of tenantID: UUID) {
    state.withLock { state in
      state.watchers[tenantID]?[watch] = nil
      if state.watchers[tenantID]?.isEmpty == true { state.watchers[tenantID] = nil }
    }
  }
}
