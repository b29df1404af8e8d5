import CLibpq
import Synchronization

extension PostgresConnection {
  /// How long the server may take for COMMIT or ROLLBACK, which no statement timeout bounds: PostgreSQL ends it before
  /// it runs deferred triggers and waits for replicas.
  static let controlTimeout = Duration.seconds(30)

  /// The open handle, once it is clear that the caller may use it.
  func handle(for transactionID: Int?) throws(PostgresError) -> ConnectionHandle {
    if let transactionID, transactionID != transaction?.id {
      throw PostgresError(.transactionMisuse, "the transaction has ended")
    }
    guard let handle else { throw PostgresError(.connectionLost, "the connection is closed") }
    return handle
  }

  /// Sends the requests in one pipeline, behind a BEGIN that is still owed, and returns the rows of each.
  /// - Parameter preamble: sent ahead of them, its rows unread.
  func perform(
    _ requests: [Request], after preamble: Request? = nil, on handle: ConnectionHandle, interruption: Interruption?,
    deadline: ContinuousClock.Instant? = nil
  ) throws -> [PostgresRows] {
    if interruption?.isRequested == true { throw PostgresError(.cancelled, "cancelled before the statement was sent") }
    return try dropOnLoss {
      var exchange = Exchange(handle, interruption: interruption, deadline: deadline ?? patience(for: requests.count))
      var pipeline = try Pipeline(handle)
      if prepared.count >= prepared.limit { prepared.removeAll() }
      if prepared.hasLeftovers { try pipeline.send(control: PreparedStatements.deallocation) }
      let pending = transaction?.pending
      if let pending {
        try pipeline.send(control: pending.begin)
        transaction?.pending = nil
      }
      if let preamble = pending?.preamble ?? preamble {
        try pipeline.send(preamble, isPreamble: true, prepared: &prepared)
      }
      for request in requests { try pipeline.send(request, prepared: &prepared) }
      let outcome = try pipeline.finish(&exchange, prepared: &prepared)
      if let failure = outcome.failure { throw failure.afterCancelling(exchange.isCancelling) }
      return outcome.rows
    }
  }

  /// Runs a transaction command, which no cancellation may cut short, and returns its tag.
  func control(_ sql: StaticString) throws -> String {
    guard let handle else { throw PostgresError(.connectionLost, "the connection is closed") }
    return try dropOnLoss {
      var exchange = Exchange(handle, interruption: nil, deadline: .now + Self.controlTimeout)
      var pipeline = try Pipeline(handle)
      try pipeline.send(control: sql)
      let outcome = try pipeline.finish(&exchange, prepared: &prepared)
      if let failure = outcome.failure { throw failure }
      return outcome.controlTags.first ?? ""
    }
  }

  /// Sends a BEGIN that is still owed by itself, where what follows can't share its pipeline.
  func beginPending(on handle: ConnectionHandle, interruption: Interruption) throws {
    guard transaction?.pending != nil else { return }
    _ = try perform([], on: handle, interruption: interruption)
  }

  /// Closes the session if the work ends in a state in which its answers can't be told apart any more.
  func dropOnLoss<Value>(_ work: () throws -> Value) throws -> Value {
    defer { isReusable.store(handle?.transactionStatus == PQTRANS_IDLE, ordering: .releasing) }
    do {
      return try work()
    } catch {
      if handle?.isInStep != true { close() }
      throw error
    }
  }

  /// When to give up a server that should have timed the statements out itself; nil without a statement timeout.
  private func patience(for statements: Int) -> ContinuousClock.Instant? {
    configuration.statementTimeout.map { .now + $0 * max(1, statements) + Exchange.cancelGrace }
  }
}

extension ConnectionHandle {
  /// True if the server waits for the next statement and libpq knows it.
  var isInStep: Bool {
    guard !isBad, unsafe PQpipelineStatus(connection) == PQ_PIPELINE_OFF else { return false }
    return [PQTRANS_IDLE, PQTRANS_INTRANS, PQTRANS_INERROR].contains(transactionStatus)
  }
}
