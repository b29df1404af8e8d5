import HTTPClient
import JSON
import Locking

/// An HTTP server in memory with one answer.
final class ScriptedEndpoint: HTTPTransport {
  private struct State {
    var response = HTTPResponse(status: 404, body: [])
    var requests = 0
    var isOpen = true
    var waiting: [CheckedContinuation<Void, Never>] = []
    var watchers: [CheckedContinuation<Void, Never>] = []
  }

  private let state = Guarded(State())

  var requests: Int { state.withLock { $0.requests } }

  func publish(_ keys: [JSONValue]) {
    answer(HTTPResponse(status: 200, body: JSONValue.object(["keys": .array(keys)]).canonicalBytes))
  }

  func fail() { answer(HTTPResponse(status: 503, body: [])) }

  func answer(_ response: HTTPResponse) { state.withLock { $0.response = response } }

  /// Makes requests wait from now on.
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

  /// Waits until a request waits.
  func waitForRequest() async {
    await withCheckedContinuation { continuation in
      let isOver = state.withLock { state in
        if state.waiting.isEmpty { state.watchers.append(continuation) }
        return !state.waiting.isEmpty
      }
      if isOver { continuation.resume() }
    }
  }

  func send(_ request: HTTPRequest) async throws(HTTPClientError) -> HTTPResponse {
    state.withLock { $0.requests += 1 }
    await withCheckedContinuation { continuation in
      let (isOpen, watchers) = state.withLock { state in
        if !state.isOpen { state.waiting.append(continuation) }
        defer { if !state.isOpen { state.watchers = [] } }
        return (state.isOpen, state.isOpen ? [] : state.watchers)
      }
      if isOpen { continuation.resume() }
      for watcher in watchers { watcher.resume() }
    }
    return state.withLock { $0.response }
  }
}
