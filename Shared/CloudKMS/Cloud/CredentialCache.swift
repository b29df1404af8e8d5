internal import FoundationEssentials
internal import Locking

/// What lets the platform in somewhere, until it expires.
protocol ExpiringCredential: Sendable {
  /// Nil where it is not known to expire: then its source is asked every time.
  var expiresAt: Date? { get }
}

/// Keeps a credential of the platform's own, and fetches it once for all who wait.
///
/// Whoever comes first fetches, the others wait for what comes of that; where it was cancelled, they go on themselves. A
/// waiting task hears of its own cancellation only then: a fetch takes no longer than the transport allows. A fetch that
/// fails costs nothing while the one at hand is still good.
final class CredentialCache<Credential: ExpiringCredential>: Sendable {
  private typealias Outcome = Result<Credential, KMSFailure>
  private typealias Waiter = CheckedContinuation<Outcome?, Never>

  private struct State {
    var credential: Credential?
    var isFetching = false
    var waiting: [Waiter] = []
  }

  private enum Claim {
    case hit(Credential), lead, follow
  }

  private let margin: TimeInterval
  private let state = Guarded(State())

  /// - Parameter margin: how long before its expiry a credential is replaced, in seconds.
  init(margin: TimeInterval) { self.margin = margin }

  /// The credential, or a new one.
  /// - Parameters:
  ///   - refreshing: whether the one at hand was refused.
  ///   - now: the time.
  ///   - fetch: gets a new one.
  func credential(
    refreshing: Bool, at now: Date, fetch: () async throws(KMSFailure) -> Credential
  ) async throws(KMSFailure) -> Credential {
    while true {
      switch claim(refreshing, now) {
      case .hit(let credential): return credential
      case .lead:
        let fetched: Outcome
        do { fetched = .success(try await fetch()) } catch { fetched = .failure(error) }
        return try end(fetched, refreshing, now, isCancelled: Task.isCancelled).get()
      case .follow:
        if let outcome = await follow() { return try outcome.get() }
      }
    }
  }

  private func claim(_ refreshing: Bool, _ now: Date) -> Claim {
    state.withLock { state in
      if !refreshing, let credential = state.credential, credential.isGood(at: now + margin) {
        return .hit(credential)
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

  private func end(_ fetched: Outcome, _ refreshing: Bool, _ now: Date, isCancelled: Bool) -> Outcome {
    let (outcome, waiting) = state.withLock { state in
      var outcome = fetched
      switch fetched {
      case .success(let credential): state.credential = credential
      case .failure:
        if !refreshing, let credential = state.credential, credential.isGood(at: now) { outcome = .success(credential) }
      }
      state.isFetching = false
      defer { state.waiting = [] }
      return (outcome, state.waiting)
    }
    for continuation in waiting { continuation.resume(returning: isCancelled ? nil : outcome) }
    return outcome
  }
}

extension ExpiringCredential {
  fileprivate func isGood(at instant: Date) -> Bool { expiresAt.map { $0 > instant } ?? false }
}
