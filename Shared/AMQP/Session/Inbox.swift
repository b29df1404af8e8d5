import Locking

/// Where the connection's loop leaves deliveries for the handlers, and they leave their outcomes for it.
///
/// A delivery tag means something only on the channel that it came from, so every job knows its channel's epoch: an
/// outcome from an earlier epoch is dropped (the broker delivers that message again), never acknowledged by chance.
final class Inbox: Sendable {
  /// A delivery to be handled.
  struct Job: Sendable {
    let epoch: UInt64
    let tag: UInt64
    let delivery: AMQPDelivery
  }

  private struct State: Sendable {
    var epoch: UInt64 = 0
    var ready: ArraySlice<Job> = []
    var running = 0
    var outcomes: [(tag: UInt64, outcome: AMQPOutcome)] = []
    var waiter: CheckedContinuation<Job?, Never>?
    var isFinished = false
  }

  private let state = Guarded(State())
  let wakeup = Wakeup()
}

// MARK: - For the loop

extension Inbox {
  /// Takes a delivery of the current channel.
  func put(_ tag: UInt64, _ delivery: AMQPDelivery) {
    let (waiter, job) = state.withLock { state in
      let job = Job(epoch: state.epoch, tag: tag, delivery: delivery)
      guard let waiter = state.waiter.take() else {
        state.ready.append(job)
        return (CheckedContinuation<Job?, Never>?.none, job)
      }
      state.running += 1
      return (waiter, job)
    }
    waiter?.resume(returning: job)
  }

  /// Hands out the outcomes of the current channel's deliveries since the last call.
  func takeOutcomes() -> [(tag: UInt64, outcome: AMQPOutcome)] {
    state.withLock { state in
      defer { state.outcomes = [] }
      return state.outcomes
    }
  }

  /// Hands out the deliveries that no handler has begun.
  func takeUnstarted() -> [UInt64] {
    state.withLock { state in
      defer { state.ready = [] }
      return state.ready.map(\.tag)
    }
  }

  /// Forgets the deliveries of a lost channel.
  func beginEpoch() {
    state.withLock { state in
      state.epoch += 1
      state.ready = []
      state.outcomes = []
    }
  }

  /// Whether no handler runs and every outcome was taken.
  var isIdle: Bool {
    state.withLock { $0.running == 0 && $0.outcomes.isEmpty }
  }

  /// Lets `next()` return nil.
  func finish() {
    state.withLock { state in
      state.isFinished = true
      return state.waiter.take()
    }?.resume(returning: nil)
  }
}

// MARK: - For the handlers

extension Inbox {
  /// The next delivery to handle, or nil once finished; only one task may wait at a time.
  func next() async -> Job? {
    await withCheckedContinuation { continuation in
      let early: Job?? = state.withLock { state in
        guard !state.isFinished else { return .some(nil) }
        guard let job = state.ready.popFirst() else {
          state.waiter = continuation
          return nil
        }
        state.running += 1
        return job
      }
      if let early { continuation.resume(returning: early) }
    }
  }

  /// Notes what became of a delivery; dropped if its channel is gone.
  func settle(_ job: Job, _ outcome: AMQPOutcome) {
    state.withLock { state in
      state.running -= 1
      if job.epoch == state.epoch { state.outcomes.append((job.tag, outcome)) }
    }
    wakeup.raise()
  }
}
