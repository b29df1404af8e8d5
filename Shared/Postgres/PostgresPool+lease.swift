import Glibc
import Locking
import Logging
import Synchronization

extension PostgresPool {
  /// A connection for the caller alone, who must release it.
  nonisolated(nonsending) func acquire() async throws -> PostgresConnection {
    switch try await grant() {
    case .permit: break
    case .connection(let connection, nil): return connection
    case .connection(let connection, let since?):
      if await isAlive(connection, since: since) { return connection }
      logger.debug("dropped a dead idle connection")
      await connection.close()
    }
    do {
      let connection = try await PostgresConnection.connect(configuration)
      logger.debug("opened a connection")
      return connection
    } catch {
      giveUp()
      throw error
    }
  }

  /// Takes a connection back, and hands it on, keeps it or closes it.
  nonisolated(nonsending) func release(_ connection: PostgresConnection) async {
    guard connection.isReusable.load(ordering: .acquiring) else {
      logger.debug("dropped a connection that broke or was left in a transaction")
      await connection.close()
      giveUp()
      return
    }
    let outcome = state.withLock { $0.giveBack(connection, at: .now) }
    switch outcome {
    case .handOver(let waiter): waiter.resume(returning: .connection(connection, idleSince: nil))
    case .keep: break
    case .close:
      await connection.close()
      if state.withLock({ $0.isDrained }) { announceDrained() }
    }
  }

  private func giveUp() {
    let waiter = state.withLock { $0.giveUp() }
    waiter?.resume(returning: .permit)
    if state.withLock({ $0.isDrained }) { announceDrained() }
  }

  /// Asks the server only if there is reason to doubt it: this runs before nearly every statement.
  private nonisolated(nonsending) func isAlive(
    _ connection: PostgresConnection, since: ContinuousClock.Instant
  ) async -> Bool {
    if since.duration(to: .now) < Self.trust, !connection.hasInput { return true }
    return await connection.isHealthy()
  }

  /// A connection or the leave to open one, at once or in turn.
  private nonisolated(nonsending) func grant() async throws -> Grant {
    if Task.isCancelled { throw PostgresError(.cancelled, "cancelled before a connection was taken") }
    let (granted, isClosed, id) = state.withLock { ($0.take(), $0.isClosed, $0.nextID()) }
    if let granted { return granted }
    if isClosed { throw Self.closed }
    return try await withThrowingDiscardingTaskGroup { group in
      defer { group.cancelAll() }
      return try await turn(id) {
        // Begun only now that there is a place in line to lose.
        group.addTask { await self.expire(id) }
      }
    }
  }

  /// Waits in line; tells when the place is taken.
  private nonisolated(nonsending) func turn(_ id: Int, whenInLine: () -> Void) async throws -> Grant {
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        // Something may have been given back since the first look.
        let (granted, isClosed) = state.withLock { state in
          let granted: Grant? = state.take()
          if granted == nil, !state.isClosed { state.enqueue(continuation, id: id) }
          return (granted, state.isClosed)
        }
        if let granted {
          continuation.resume(returning: granted)
        } else if isClosed {
          continuation.resume(throwing: Self.closed)
        } else {
          whenInLine()
          // The handler may have run before there was anything to remove.
          if Task.isCancelled { leave(id) }
        }
      }
    } onCancel: {
      leave(id)
    }
  }

  private func expire(_ id: Int) async {
    do {
      try await clock.sleep(for: acquireTimeout)
    } catch {
      return
    }
    state.withLock { $0.remove(id) }?
      .resume(throwing: PostgresError(.poolTimeout, "no connection became free within \(acquireTimeout)"))
  }

  private func leave(_ id: Int) {
    state.withLock { $0.remove(id) }?
      .resume(throwing: PostgresError(.cancelled, "cancelled while waiting for a connection"))
  }
}

extension PostgresConnection {
  /// True if the server has sent something to the idle session: the end of it, most often.
  nonisolated var hasInput: Bool {
    var polled = pollfd(fd: descriptor.load(ordering: .acquiring), events: Int16(POLLIN), revents: 0)
    return unsafe poll(&polled, 1, 0) != 0
  }
}
