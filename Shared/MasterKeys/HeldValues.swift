package import FoundationEssentials
import Locking

/// Values that are dear to come by: each is loaded once for all who ask at that moment, and held for a bounded time.
///
/// A hit does no input or output, and takes a lock that only the requests of few other tenants take.
package final class HeldValues<Slot: HeldSlot, Value: Sendable>: Sendable {
  private typealias Shard = HeldShard<Slot, Value>

  private let shards: [Guarded<HeldShard<Slot, Value>>]
  /// The time that deadlines are measured in.
  private let now: @Sendable () -> Duration

  /// Creates an empty cache.
  /// - Parameters:
  ///   - shards: how many tenants' requests can be served at the same instant.
  ///   - capacity: the most values of a shard; of a tenant that fills one, none but its own and those of the few that
  ///     share it give way.
  ///   - now: the time that deadlines are measured in.
  package init(shards: Int, capacity: Int = .max, now: @escaping @Sendable () -> Duration) {
    self.shards = (0..<shards).map { _ in Guarded(HeldShard(capacity: capacity)) }
    self.now = now
  }

  /// A value, loaded unless it is held.
  ///
  /// Cancelled while another request loads it, this ends when that does.
  /// - Parameter load: loads it, and says until when it may be held.
  /// - Throws: what `load` throws, here or in the request that it was left to.
  package func value(
    _ slot: Slot, load: () async throws -> (Value, deadline: Duration)
  ) async throws -> Value {
    let shard = shard(of: slot.tenantID)
    while true {
      let now = now()
      switch shard.withLock({ $0.claim(slot, at: now) }) {
      case .hit(let value): return value
      case .leader(let number): return try await lead(number, of: slot, in: shard, load)
      case .follower(let number):
        do { return try await follow(number, in: shard).get() } catch is CancellationError {
          // Whoever was loading gave up, or has just finished: look again.
          try Task.checkCancellation()
        }
      }
    }
  }

  /// Forgets a value, and what is being loaded for its slot.
  package func evict(_ slot: Slot) { shard(of: slot.tenantID).withLock { $0.evict(slot) } }

  /// Forgets a value that is held and meets a condition.
  package func evict(_ slot: Slot, where condition: (Value) -> Bool) {
    shard(of: slot.tenantID).withLock { $0.evict(slot, where: condition) }
  }

  /// Forgets a tenant's values whose slots meet a condition, held or being loaded.
  package func evict(_ tenantID: UUID, where condition: (Slot) -> Bool) {
    shard(of: tenantID).withLock { $0.evict(tenantID, where: condition) }
  }

  /// Forgets every value of a tenant. Requests that hold one, or wait for one already, keep it until they end; those that
  /// come later load anew.
  package func evict(_ tenantID: UUID) { shard(of: tenantID).withLock { $0.evict(tenantID) } }

  /// Forgets every value of every tenant, likewise.
  package func evictAll() {
    for shard in shards { shard.withLock { $0.evictAll() } }
  }

  /// Forgets the values whose time is over.
  package func evictExpired() {
    let now = now()
    for shard in shards { shard.withLock { $0.evictExpired(at: now) } }
  }

  /// How requests went so far. Each shard counts under the lock that a lookup takes anyway: a hit pays nothing for it.
  package var figures: HeldFigures {
    shards.reduce(into: HeldFigures()) { sum, shard in sum += shard.withLock { $0.figures } }
  }

  private func follow(_ load: Shard.Load, in shard: Guarded<Shard>) async -> Result<Value, any Error> {
    await withCheckedContinuation { continuation in
      let isWaiting = shard.withLock { $0.wait(continuation, for: load) }
      if !isWaiting { continuation.resume(returning: .failure(CancellationError())) }
    }
  }

  private func lead(
    _ number: Shard.Load, of slot: Slot, in shard: Guarded<Shard>,
    _ load: () async throws -> (Value, deadline: Duration)
  ) async throws -> Value {
    let result: Result<Value, any Error>
    var entry: Shard.Entry?
    do {
      let (value, deadline) = try await load()
      entry = .held(value, deadline: deadline, usedAt: now())
      result = .success(value)
    } catch {
      // What a cancelled call throws says nothing about the value: those who wait try for themselves.
      result = .failure(Task.isCancelled ? CancellationError() : error)
    }
    let waiting = shard.withLock { $0.end(number, of: slot, with: entry) }
    for continuation in waiting { continuation.resume(returning: result) }
    return try result.get()
  }

  private func shard(of tenantID: UUID) -> Guarded<Shard> {
    // The last byte of an id is random, whichever version of UUID it is.
    shards[Int(tenantID.uuid.15) % shards.count]
  }
}
