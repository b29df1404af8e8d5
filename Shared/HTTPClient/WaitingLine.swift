import Locking

/// Those who wait for an answer: which requests the loop has yet to take up, whom to wake, and who drives.
///
/// Invariant: everyone who waits is either the driver or has a continuation here, so the driver, when it leaves, always
/// finds a successor if one is needed.
final class WaitingLine: Sendable {
  typealias ID = UInt64
  typealias Outcome = Result<HTTPResponse, HTTPClientError>

  /// What one who waited is to do next.
  enum Turn: Sendable {
    case drive
    case finished(Outcome)
  }

  /// What the loop has to take up before its next round.
  struct News: Sendable {
    var arrivals: [(id: ID, request: HTTPRequest)] = []
    var cancelled: [ID] = []
    var isClosed = false
  }

  private struct State: Sendable {
    var lastID: ID = 0
    var news = News()
    var waiters: [ID: CheckedContinuation<Turn, Never>] = [:]
    var isDriven = false
    var multi: MultiHandle?
  }

  private let state: Guarded<State>

  init(multi: MultiHandle) {
    state = Guarded(State(multi: multi))
  }

  func nextID() -> ID {
    state.withLock { state in
      state.lastID += 1
      return state.lastID
    }
  }

  /// Adds a request and waits until it is finished or its owner is to drive.
  func wait(_ id: ID, for request: HTTPRequest) async -> Turn {
    await withCheckedContinuation { continuation in
      let turn: Turn? = state.withLock { state in
        guard !state.news.isClosed else { return .finished(.failure(.shutDown)) }
        // A cancellation before this point may have been taken up, and forgotten, already.
        guard !Task.isCancelled else { return .finished(.failure(.cancelled)) }
        state.news.arrivals.append((id, request))
        guard state.isDriven else {
          state.isDriven = true
          return .drive
        }
        state.waiters[id] = continuation
        state.multi?.wake()
        return nil
      }
      if let turn { continuation.resume(returning: turn) }
    }
  }

  /// Asks the loop to end a transfer; does nothing where it has ended already.
  func cancel(_ id: ID) {
    state.withLock { state in
      guard !state.news.isClosed else { return }
      state.news.cancelled.append(id)
      state.multi?.wake()
    }
  }

  /// Refuses newcomers and releases everyone but the driver, whom the loop tells.
  func close() {
    let waiters = state.withLock { state in
      state.news = News(isClosed: true)
      state.multi?.wake()
      state.multi = nil
      defer { state.waiters = [:] }
      return state.waiters
    }
    for waiter in waiters.values { waiter.resume(returning: .finished(.failure(.shutDown))) }
  }

  /// Hands the loop what has happened since it last asked.
  func takeNews() -> News {
    state.withLock { state in
      defer { state.news = News(isClosed: state.news.isClosed) }
      return state.news
    }
  }

  /// Releases one whose transfer is finished.
  func deliver(_ outcome: Outcome, to id: ID) {
    state.withLock { $0.waiters.removeValue(forKey: id) }?.resume(returning: .finished(outcome))
  }

  /// Makes another one drive, if anyone waits.
  func handOver() {
    let successor = state.withLock { state in
      guard let next = state.waiters.keys.min() else {
        state.isDriven = false
        return nil as CheckedContinuation<Turn, Never>?
      }
      return state.waiters.removeValue(forKey: next)
    }
    successor?.resume(returning: .drive)
  }
}

extension HTTPClientError {
  static let shutDown = HTTPClientError(code: .shutDown, reason: "the client was shut down")
  static let cancelled = HTTPClientError(code: .cancelled, reason: "the task was cancelled")
}
