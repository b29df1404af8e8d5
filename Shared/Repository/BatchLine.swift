/// Who waits for the answers of a ``BatchLoader``, and who does so with a query under way: all of its decisions and none
/// of its effects.
struct BatchLine<Key: Hashable & Sendable, Waiter: Sendable>: Sendable {
  /// Somebody who waits, and for what.
  struct Place: Sendable {
    let id: Int
    let key: Key
    let waiter: Waiter
  }

  /// Those whom no query is for yet, in the order in which they came.
  private(set) var waiting: [Place] = []
  /// Those whom the query under way is for, beside who sent it.
  private(set) var underWay: [Place] = []

  /// What those whom the query under way is for ask, each once.
  var keys: Set<Key> { Set(underWay.map(\.key)) }

  /// Puts somebody at the end of the line.
  mutating func enqueue(_ place: Place) { waiting.append(place) }

  /// Takes out somebody who waits no longer; nil if they were served.
  mutating func remove(_ id: Int) -> Waiter? {
    if let index = waiting.firstIndex(where: { $0.id == id }) { return waiting.remove(at: index).waiter }
    return underWay.firstIndex { $0.id == id }.map { underWay.remove(at: $0).waiter }
  }

  /// Takes out those whom the query under way has answered.
  mutating func settle() -> [Place] {
    defer { underWay = [] }
    return underWay
  }

  /// Begins the next query, after the one under way has ended; whom that has left unanswered comes first.
  /// - Parameter limit: the most it may be for, at least 1.
  /// - Returns: who is to send it; nil if nobody waits.
  mutating func next(limit: Int) -> Waiter? {
    let line = underWay + waiting
    underWay = Array(line.prefix(limit).dropFirst())
    waiting = Array(line.dropFirst(limit))
    return line.first?.waiter
  }
}
