import Locking
import Synchronization

/// Where tasks leave messages for the connection's loop and wait for the broker's verdict.
final class Outbox: Sendable {
  /// How a publish ended.
  enum Verdict: Sendable {
    /// Confirmed and routed.
    case confirmed
    /// Never written; it may be submitted again.
    case unsent
    /// Anything else.
    case failed(AMQPError)
  }

  private struct State: Sendable {
    var waiting: [Outgoing] = []
    var verdicts: [UInt64: CheckedContinuation<Verdict, any Error>] = [:]
    var openings: [UInt64: CheckedContinuation<Void, any Error>] = [:]
    var isOpen = false
    var lastError: AMQPError?
  }

  private let state = Guarded(State())
  private let nextID = Atomic<UInt64>(0)
  let wakeup = Wakeup()

  /// Publishes once there's a connection.
  /// - Parameter timeout: how long to wait for a connection.
  /// - Throws: `AMQPError`; `CancellationError` on cancellation.
  func publish(_ message: AMQPMessage, exchange: String, routingKey: String, timeout: Duration) async throws {
    let deadline = ContinuousClock.now + timeout
    while true {
      try await waitUntilOpen(deadline)
      switch try await submit(message, exchange: exchange, routingKey: routingKey) {
      case .confirmed: return
      case .unsent: continue
      case .failed(let error): throw error
      }
    }
  }
}

// MARK: - For the tasks that publish

extension Outbox {
  private func submit(_ message: AMQPMessage, exchange: String, routingKey: String) async throws -> Verdict {
    let id = nextID.add(1, ordering: .relaxed).newValue
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let early: Result<Verdict, any Error>? = state.withLock { state in
          // Asked under the lock: a cancellation after this finds the continuation below.
          guard !Task.isCancelled else { return .failure(CancellationError()) }
          guard state.isOpen else { return .success(.unsent) }
          state.verdicts[id] = continuation
          state.waiting.append(Outgoing(id: id, message: message, exchange: exchange, routingKey: routingKey))
          return nil
        }
        if let early { continuation.resume(with: early) } else { wakeup.raise() }
      }
    } onCancel: {
      state.withLock { $0.verdicts.removeValue(forKey: id) }?.resume(throwing: CancellationError())
    }
  }

  private func waitUntilOpen(_ deadline: ContinuousClock.Instant) async throws {
    let (isOpen, lastError) = state.withLock { ($0.isOpen, $0.lastError) }
    guard !isOpen else { return }
    if let lastError, lastError.code == .shutDown { throw lastError }
    try await withThrowingTaskGroup(of: Bool.self) { group in
      group.addTask {
        try await self.nextOpening()
        return true
      }
      group.addTask {
        try await Task.sleep(until: deadline, clock: .continuous)
        return false
      }
      defer { group.cancelAll() }
      guard try await group.next() == true else { throw notConnected() }
    }
  }

  private func notConnected(_ reason: String = "no connection within the timeout") -> AMQPError {
    guard let error = state.withLock({ $0.lastError }) else { return AMQPError(.notConnected, reason) }
    return AMQPError(.notConnected, "\(reason); last error: \(error)", reply: error.reply)
  }

  /// Whether a message could be submitted now.
  /// - Throws: `AMQPError` with `notConnected` where it couldn't.
  func checkConnection() throws(AMQPError) {
    guard state.withLock({ $0.isOpen }) else { throw notConnected("no connection") }
  }

  private func nextOpening() async throws {
    let id = nextID.add(1, ordering: .relaxed).newValue
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let early: Result<Void, any Error>? = state.withLock { state in
          guard !Task.isCancelled else { return .failure(CancellationError()) }
          guard !state.isOpen else { return .success(()) }
          if let error = state.lastError, error.code == .shutDown { return .failure(error) }
          state.openings[id] = continuation
          return nil
        }
        if let early { continuation.resume(with: early) }
      }
    } onCancel: {
      state.withLock { $0.openings.removeValue(forKey: id) }?.resume(throwing: CancellationError())
    }
  }
}

// MARK: - For the loop

extension Outbox {
  /// Lets tasks submit.
  func open() {
    let openings = state.withLock { state in
      state.isOpen = true
      state.lastError = nil
      defer { state.openings = [:] }
      return state.openings.values
    }
    for opening in openings { opening.resume() }
  }

  /// Hands out all that was submitted since the last call, oldest first.
  func takeAll() -> [Outgoing] {
    state.withLock { state in
      defer { state.waiting = [] }
      return state.waiting
    }
  }

  /// Whether somebody still waits for the verdict; not after a cancellation.
  func isAwaited(_ id: UInt64) -> Bool {
    state.withLock { $0.verdicts[id] != nil }
  }

  /// Ends publishes; those no longer awaited are skipped.
  func resolve(_ verdicts: [(id: UInt64, verdict: Verdict)]) {
    guard !verdicts.isEmpty else { return }
    let awaited = state.withLock { state in
      verdicts.map { (state.verdicts.removeValue(forKey: $0.id), $0.verdict) }
    }
    for (continuation, verdict) in awaited { continuation?.resume(returning: verdict) }
  }

  /// Lets nobody submit until the next `open()`; ends what was submitted and not taken as unsent.
  func close(_ error: AMQPError) {
    let (unsent, openings) = state.withLock { state in
      state.isOpen = false
      state.lastError = error
      defer {
        state.waiting = []
        if error.code == .shutDown { state.openings = [:] }
      }
      return (state.waiting, error.code == .shutDown ? Array(state.openings.values) : [])
    }
    resolve(unsent.map { ($0.id, .unsent) })
    for opening in openings { opening.resume(throwing: error) }
  }
}
