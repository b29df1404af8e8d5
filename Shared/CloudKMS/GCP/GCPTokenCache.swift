internal import FoundationEssentials
internal import Locking

/// Keeps the platform's own access token, and fetches it once for all who wait.
///
/// Whoever comes first fetches, the others wait for what comes of that; where it was cancelled, they go on themselves. A
/// waiting task hears of its own cancellation only then: a fetch takes no longer than the transport allows.
final class GCPTokenCache: Sendable {
  /// How long before its expiry a token is replaced, in seconds: as Google's libraries do, a little later than the
  /// metadata server has a new one.
  static let margin = 225.0

  private typealias Outcome = Result<GCPAccessToken, KMSFailure>
  private typealias Waiter = CheckedContinuation<Outcome?, Never>

  private struct State {
    var token: GCPAccessToken?
    var isFetching = false
    var waiting: [Waiter] = []
  }

  private enum Claim {
    case hit(GCPAccessToken), lead, follow
  }

  private let state = Guarded(State())

  /// The token, or a new one.
  /// - Parameters:
  ///   - refreshing: whether the one at hand was refused.
  ///   - now: the time.
  ///   - fetch: gets a new one.
  func token(
    refreshing: Bool, at now: Date, fetch: () async throws(KMSFailure) -> GCPAccessToken
  ) async throws(KMSFailure) -> GCPAccessToken {
    while true {
      switch claim(refreshing, now) {
      case .hit(let token): return token
      case .lead:
        let outcome: Outcome
        do { outcome = .success(try await fetch()) } catch { outcome = .failure(error) }
        end(Task.isCancelled ? nil : outcome)
        return try outcome.get()
      case .follow:
        if let outcome = await follow() { return try outcome.get() }
      }
    }
  }

  private func claim(_ refreshing: Bool, _ now: Date) -> Claim {
    state.withLock { state in
      if !refreshing, let token = state.token, token.expiresAt > now.addingTimeInterval(Self.margin) {
        return .hit(token)
      }
      guard !state.isFetching else { return .follow }
      state.isFetching = true
      return .lead
    }
  }

  private func follow() async -> Outcome? {
    await withCheckedContinuation { continuation in
      let isWaiting = state.withLock { state in
        if state.isFetching { state.waiting.append(continuation) }
        return state.isFetching
      }
      if !isWaiting { continuation.resume(returning: nil) }
    }
  }

  private func end(_ outcome: Outcome?) {
    let waiting = state.withLock { state in
      if case .success(let token)? = outcome { state.token = token }
      state.isFetching = false
      defer { state.waiting = [] }
      return state.waiting
    }
    for continuation in waiting { continuation.resume(returning: outcome) }
  }
}
