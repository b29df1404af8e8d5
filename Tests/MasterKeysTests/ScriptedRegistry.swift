import Commands
import FoundationEssentials
import Locking
import Repository

/// A registry in memory, which can be broken.
final class ScriptedRegistry: KeyHolderRegistry {
  struct Broken: Error {}

  private struct State {
    var calls: [String] = []
    var failures = 0
    var isBroken = false
    var watchers: [(isOver: @Sendable (Int, Int) -> Bool, continuation: CheckedContinuation<Void, Never>)] = []
  }

  private let state = Guarded(State())

  /// What succeeded, in order.
  var calls: [String] { state.withLock { $0.calls } }

  var isBroken: Bool {
    get { state.withLock { $0.isBroken } }
    set { state.withLock { $0.isBroken = newValue } }
  }

  func enter(_ id: UUID, service: String) async throws { try record("enter \(service)") }
  func acknowledge(_ event: TenantEvent, by id: UUID) async throws { try record(event.kind.rawValue) }
  func leave(_ id: UUID) async throws { try record("leave") }

  /// Waits until so many calls have succeeded.
  func waitFor(_ count: Int) async { await wait { calls, _ in calls >= count } }

  /// Waits until a call has failed.
  func waitForFailure() async { await wait { _, failures in failures > 0 } }

  private func wait(_ isOver: @escaping @Sendable (Int, Int) -> Bool) async {
    await withCheckedContinuation { continuation in
      let isOverAlready = state.withLock { state in
        if isOver(state.calls.count, state.failures) { return true }
        state.watchers.append((isOver, continuation))
        return false
      }
      if isOverAlready { continuation.resume() }
    }
  }

  private func record(_ call: String) throws {
    let (isBroken, served) = state.withLock { state in
      if state.isBroken { state.failures += 1 } else { state.calls.append(call) }
      let (calls, failures) = (state.calls.count, state.failures)
      let served = state.watchers.filter { $0.isOver(calls, failures) }
      state.watchers.removeAll { $0.isOver(calls, failures) }
      return (state.isBroken, served.map(\.continuation))
    }
    for continuation in served { continuation.resume() }
    if isBroken { throw Broken() }
  }
}
