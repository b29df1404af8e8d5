import Locking

/// Answers what many tasks ask at the same time with one query.
///
/// Who asks while no query is under way sends one, for itself alone. Who asks meanwhile waits, and the first of those then
/// sends one for all of them. So a lone question waits for nobody, many at once share a round trip, and whatever is
/// answered was read after it was asked. Questions of different groups share nothing.
///
/// Cancellation ends a task's wait at once, with `CancellationError`. If it is the task that sent the query, the others it
/// was for are served by the next.
final class BatchLoader<Group: Hashable & Sendable, Key: Hashable & Sendable, Value: Sendable>: Sendable {
  /// The most questions that one query answers.
  static var limit: Int { 256 }

  private enum Turn: Sendable {
    case answered(Value?)
    case leads
  }

  private typealias Line = BatchLine<Key, CheckedContinuation<Turn, any Error>>

  /// A group is here while a query of it is under way.
  private struct State: Sendable {
    var lines: [Group: Line] = [:]
    private var lastID = 0

    mutating func nextID() -> Int {
      lastID += 1
      return lastID
    }

    /// Puts somebody in line; true, and not in line, if no query is under way.
    mutating func join(_ place: Line.Place, _ group: Group) -> Bool {
      guard lines[group] != nil else {
        lines[group] = Line()
        return true
      }
      lines[group]?.enqueue(place)
      return false
    }
  }

  private let load: @Sendable (Group, Set<Key>) async throws -> [Key: Value]
  private let state = Guarded(State())

  /// Makes a loader.
  /// - Parameter load: sends a query; what it finds nothing for isn't in its answer.
  init(load: @escaping @Sendable (Group, Set<Key>) async throws -> [Key: Value]) { self.load = load }

  /// What there is under a key, or nil.
  /// - Throws: what the query does that this was part of; `CancellationError`.
  func value(of key: Key, in group: Group) async throws -> Value? {
    if case .answered(let value) = try await turn(key, group) { return value }
    defer { passOn(group) }
    do {
      let others = state.withLock { $0.lines[group]?.keys ?? [] }
      let values = try await load(group, others.union([key]))
      settle(group) { .success(.answered(values[$0])) }
      return values[key]
    } catch {
      // That this task was cancelled is no answer to what the others ask.
      if !Task.isCancelled { settle(group) { _ in .failure(error) } }
      throw error
    }
  }

  /// How many wait for a query of a group that isn't under way yet.
  func waitingCount(in group: Group) -> Int { state.withLock { $0.lines[group]?.waiting.count ?? 0 } }

  /// Waits for an answer, or for the turn to ask.
  private func turn(_ key: Key, _ group: Group) async throws -> Turn {
    let id = state.withLock { $0.nextID() }
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let leads = state.withLock { $0.join(Line.Place(id: id, key: key, waiter: continuation), group) }
        if leads {
          continuation.resume(returning: .leads)
        } else if Task.isCancelled {
          // The handler may have run before there was anything to remove.
          withdraw(id, group)
        }
      }
    } onCancel: {
      withdraw(id, group)
    }
  }

  private func withdraw(_ id: Int, _ group: Group) {
    state.withLock { $0.lines[group]?.remove(id) }?.resume(throwing: CancellationError())
  }

  /// Answers those whom the query under way is for.
  private func settle(_ group: Group, _ answer: (Key) -> Result<Turn, any Error>) {
    for place in state.withLock({ $0.lines[group]?.settle() ?? [] }) { place.waiter.resume(with: answer(place.key)) }
  }

  /// Has the first in line send the next query; without one, the group is done.
  private func passOn(_ group: Group) {
    let next = state.withLock { state in
      let next = state.lines[group]?.next(limit: Self.limit)
      if next == nil { state.lines[group] = nil }
      return next
    }
    next?.resume(returning: .leads)
  }
}
