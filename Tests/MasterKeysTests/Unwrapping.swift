import Cryptography
import FoundationEssentials
import Locking
import MasterKeys
import Repository

/// An unwrap that counts, remembers its keys without holding them, and waits at a gate where a test wants it to.
final class Unwrapping: Sendable {
  private struct Weak {
    weak var key: SecretBytes?
  }

  private struct State {
    var count = 0
    var keys: [Weak] = []
    var isOpen = true
    var failures: [Int: any Error] = [:]
    var waiting: [CheckedContinuation<Void, Never>] = []
    var watchers: [(count: Int, CheckedContinuation<Void, Never>)] = []
  }

  private let state = Guarded(State())

  /// How many unwraps have begun.
  var count: Int { state.withLock { $0.count } }

  /// How many of the keys that were ever unwrapped are still in memory.
  var living: Int { state.withLock { $0.keys.count { $0.key != nil } } }

  /// Makes unwraps wait from now on.
  func close() { state.withLock { $0.isOpen = false } }

  /// Lets those that wait, and all later ones, through.
  func open() {
    let waiting = state.withLock { state in
      state.isOpen = true
      defer { state.waiting = [] }
      return state.waiting
    }
    for continuation in waiting { continuation.resume() }
  }

  /// Makes one unwrap fail.
  /// - Parameter call: which, from 1.
  func fail(_ call: Int, with error: any Error) { state.withLock { $0.failures[call] = error } }

  /// Waits until so many unwraps have begun.
  func waitFor(_ count: Int) async {
    await withCheckedContinuation { continuation in
      let isOver = state.withLock { state in
        guard state.count < count else { return true }
        state.watchers.append((count, continuation))
        return false
      }
      if isOver { continuation.resume() }
    }
  }

  @Sendable func unwrap(_ version: KeyVersion) async throws -> SecretBytes {
    let (reached, isOpen, failure) = state.withLock { state in
      state.count += 1
      let reached = state.watchers.filter { $0.count <= state.count }
      state.watchers.removeAll { $0.count <= state.count }
      return (reached.map(\.1), state.isOpen, state.failures[state.count])
    }
    for continuation in reached { continuation.resume() }
    if !isOpen {
      await withCheckedContinuation { continuation in
        let hasOpened = state.withLock { state in
          if !state.isOpen { state.waiting.append(continuation) }
          return state.isOpen
        }
        if hasOpened { continuation.resume() }
      }
    }
    if let failure { throw failure }
    let key = SecretBytes(copying: [UInt8](repeating: UInt8(version.version), count: 32))
    state.withLock { $0.keys.append(Weak(key: key)) }
    return key
  }
}

extension KeyVersion {
  /// A version as the store gives it; what is wrapped doesn't matter here.
  static func sample(
    _ version: Int32 = 0, of tenantID: UUID, method: WrapMethod = .customerKMS, status: Status = .active,
    seal: TenantSeal? = nil
  ) -> KeyVersion {
    KeyVersion(
      id: UUID(), tenantID: tenantID, version: version, status: status,
      wrapping: Wrapping(method: method, wrappedKey: [], provider: nil), createdAt: .distantPast, retiredAt: nil,
      seal: seal)
  }
}
