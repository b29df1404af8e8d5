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

  func key(_ slot: Slot) async throws -> MasterKey {
    try await held.value(slot) {
      let key = try await load(slot)
      return (key, deadline: key.deadline)
    }
  }

  private func load(_ slot: Slot) async throws -> MasterKey {
    let started = epoch()
    let version = try await find(slot)
    if let seal = version.seal { throw MasterKeyError(.tenantSealed(seal)) }
    let deadline = min(started, lostAt.withLock { $0 } ?? started) + timeToLive.bound(of: version)
    guard started < deadline else { throw MasterKeyError(.outOfTouch) }
    do {
      return MasterKey(
        id: version.id, version: version.version, key: try await unwrap(version), deadline: deadline)
    } catch {
      if !Task.isCancelled, let denial = KeyDenial(version, error) { deny.yield(denial) }
      throw error
    }
  }

  private func find(_ slot: Slot) async throws -> KeyVersion {
    guard let number = slot.version else { return try await versions.activeVersion(of: slot.tenantID) }
    guard let version = try await versions.version(number, of: slot.tenantID) else {
      throw MasterKeyError(.noSuchVersion(number))
    }
    return version
  }
}
