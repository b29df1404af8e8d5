import FoundationEssentials
import Locking
public import Repository

extension MasterKeys {
  /// Looks whether a version unwraps, though its tenant be sealed, and keeps nothing of it.
  /// - Throws: ``MasterKeyError`` with `revoked`.
  public func look(at version: KeyVersion) async throws -> GrantFinding {
    do { _ = try await unwrap(version) } catch let error as MasterKeyError {
      guard case .sealed(let failure) = error.code else { throw error }
      return GrantFinding(failure)
    }
    return .answered
  }

  func key(_ slot: KeyShard.Slot) async throws -> MasterKey {
    let shard = shard(of: slot.tenantID)
    while true {
      let now = epoch()
      switch shard.withLock({ $0.claim(slot, at: now) }) {
      case .hit(let key): return key
      case .leader(let load): return try await lead(load, of: slot, in: shard)
      case .follower(let load):
        do { return try await follow(load, in: shard).get() } catch is CancellationError {
          // Whoever was loading gave up, or has just finished: look again.
          try Task.checkCancellation()
        }
      }
    }
  }

  private func follow(_ load: KeyShard.Load, in shard: Guarded<KeyShard>) async -> Result<MasterKey, any Error> {
    await withCheckedContinuation { continuation in
      let isWaiting = shard.withLock { $0.wait(continuation, for: load) }
      if !isWaiting { continuation.resume(returning: .failure(CancellationError())) }
    }
  }

  private func lead(
    _ load: KeyShard.Load, of slot: KeyShard.Slot, in shard: Guarded<KeyShard>
  ) async throws -> MasterKey {
    let result: Result<MasterKey, any Error>
    var entry: KeyShard.Entry?
    do {
      let (key, deadline) = try await self.load(slot)
      entry = .held(key, deadline: deadline)
      result = .success(key)
    } catch {
      // What a cancelled call throws says nothing about the key: those who wait try for themselves.
      result = .failure(Task.isCancelled ? CancellationError() : error)
    }
    let waiting = shard.withLock { $0.end(load, of: slot, with: entry) }
    for continuation in waiting { continuation.resume(returning: result) }
    return try result.get()
  }

  private func load(_ slot: KeyShard.Slot) async throws -> (MasterKey, deadline: Duration) {
    let started = epoch()
    let version = try await find(slot)
    if let seal = version.seal { throw MasterKeyError(.tenantSealed(seal)) }
    let deadline = min(started, lostAt.withLock { $0 } ?? started) + timeToLive.bound(of: version)
    guard started < deadline else { throw MasterKeyError(.outOfTouch) }
    do { return (MasterKey(version: version.version, key: try await unwrap(version)), deadline) } catch {
      if !Task.isCancelled, let denial = KeyDenial(version, error) { deny.yield(denial) }
      throw error
    }
  }

  private func find(_ slot: KeyShard.Slot) async throws -> KeyVersion {
    guard let number = slot.version else { return try await versions.activeVersion(of: slot.tenantID) }
    guard let version = try await versions.version(number, of: slot.tenantID) else {
      throw MasterKeyError(.noSuchVersion(number))
    }
    return version
  }
}
