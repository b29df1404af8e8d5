import Locking

/// The calls that wait for a reply, by correlation id.
final class Replies: Sendable {
  private enum Call {
    case expected
    case awaited(CheckedContinuation<AMQPMessage, any Error>)
    case ended(Result<AMQPMessage, any Error>)
  }

  private let calls = Guarded<[String: Call]>([:])
  private let interim = Guarded<[String: @Sendable (AMQPMessage) -> Bool]>([:])

  /// Announces a call, before its request is written: the reply may be faster than the confirm.
  /// - Parameter isInterim: whether a reply is one that others follow; the last one alone ends the call.
  func expect(_ id: String, isInterim: @escaping @Sendable (AMQPMessage) -> Bool = { _ in false }) {
    interim.withLock { $0[id] = isInterim }
    calls.withLock { $0[id] = .expected }
  }

  /// Waits for an announced call's reply.
  /// - Throws: what the call was ended with; `CancellationError` on cancellation.
  func reply(to id: String) async throws -> AMQPMessage {
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let early: Result<AMQPMessage, any Error>? = calls.withLock { calls in
          guard !Task.isCancelled else { return .failure(CancellationError()) }
          if case .ended(let result) = calls[id] { return result }
          calls[id] = .awaited(continuation)
          return nil
        }
        if let early { continuation.resume(with: early) }
      }
    } onCancel: {
      end(id, .failure(CancellationError()))
    }
  }

  /// Whether no call waits.
  var isEmpty: Bool {
    calls.withLock { calls in
      calls.values.allSatisfy { if case .ended = $0 { true } else { false } }
    }
  }

  /// Forgets a call; a later reply is dropped.
  func forget(_ id: String) {
    _ = calls.withLock { $0.removeValue(forKey: id) }
    _ = interim.withLock { $0.removeValue(forKey: id) }
  }

  /// Takes a reply; one that nobody expects (late, or not ours) is dropped.
  func resolve(_ reply: AMQPMessage) {
    guard let id = reply.correlationID, let isInterim = interim.withLock({ $0[id] }), !isInterim(reply) else { return }
    end(id, .success(reply))
  }

  /// Ends every call: replies go to the connection that asked, so a lost one can't get them any more.
  func failAll(_ error: AMQPError) {
    for id in calls.withLock({ Array($0.keys) }) { end(id, .failure(error)) }
  }

  private func end(_ id: String, _ result: Result<AMQPMessage, any Error>) {
    let continuation: CheckedContinuation<AMQPMessage, any Error>? = calls.withLock { calls in
      switch calls[id] {
      case .expected:
        calls[id] = .ended(result)
        return nil
      case .awaited(let continuation):
        calls[id] = .ended(result)
        return continuation
      case .ended, nil: return nil
      }
    }
    continuation?.resume(with: result)
  }
}
