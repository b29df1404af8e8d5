/// What a user of a pool is given.
enum PoolGrant<Connection: Sendable>: Sendable {
  /// A connection that somebody has given back, and when, if it lay idle since.
  case connection(Connection, idleSince: ContinuousClock.Instant?)
  /// Leave to open one.
  case permit
}

/// Who holds a pool's connections and who waits for one: all of the pool's decisions and none of its effects.
///
/// Waiters are served in the order they came. A connection is idle only while nobody waits.
struct PoolState<Connection: Sendable, Waiter: Sendable>: Sendable {
  let size: Int
  private(set) var isClosed = false
  /// Connections open, being opened or in use.
  private(set) var count = 0
  private(set) var idle: [(connection: Connection, since: ContinuousClock.Instant)] = []
  private(set) var waiters: [(id: Int, waiter: Waiter)] = []
  private var lastID = 0

  init(size: Int) { self.size = size }

  /// True once the pool is closed and every connection is given back.
  var isDrained: Bool { isClosed && count == 0 }

  /// Grants at once if possible: the connection used last, since the others may then grow old, or leave to open one.
  mutating func take() -> PoolGrant<Connection>? {
    guard !isClosed else { return nil }
    if let (connection, since) = idle.popLast() { return .connection(connection, idleSince: since) }
    guard count < size else { return nil }
    count += 1
    return .permit
  }

  /// A name for a waiter to be.
  mutating func nextID() -> Int {
    lastID += 1
    return lastID
  }

  /// Puts a waiter at the end of the line.
  mutating func enqueue(_ waiter: Waiter, id: Int) { waiters.append((id, waiter)) }

  /// Takes a waiter out of the line; nil if it is served already.
  mutating func remove(_ id: Int) -> Waiter? {
    waiters.firstIndex { $0.id == id }.map { waiters.remove(at: $0).waiter }
  }

  /// What becomes of a connection given back.
  enum Return {
    case handOver(Waiter)
    case keep
    case close
  }

  /// Takes back a connection that can be used again.
  mutating func giveBack(_ connection: Connection, at now: ContinuousClock.Instant) -> Return {
    if isClosed {
      count -= 1
      return .close
    }
    if !waiters.isEmpty { return .handOver(waiters.removeFirst().waiter) }
    idle.append((connection, now))
    return .keep
  }

  /// Takes back a permit, or the place of a connection that broke; the waiter returned may open one instead.
  mutating func giveUp() -> Waiter? {
    if isClosed || waiters.isEmpty {
      count -= 1
      return nil
    }
    return waiters.removeFirst().waiter
  }

  /// Refuses all from now on; returns the connections to close and the waiters to refuse.
  mutating func close() -> (connections: [Connection], waiters: [Waiter]) {
    isClosed = true
    count -= idle.count
    defer {
      idle = []
      waiters = []
    }
    return (idle.map(\.connection), waiters.map(\.waiter))
  }
}
