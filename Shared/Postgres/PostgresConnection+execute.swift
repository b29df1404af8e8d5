import CLibpq

extension PostgresConnection {
  /// Runs a statement; outside a transaction it commits by itself.
  /// - Parameters:
  ///   - statement: prepared on first use.
  ///   - parameters: the values of `$1`, `$2`…, at most 65,535.
  /// - Returns: the rows, none for a statement that returns none.
  /// - Throws: ``PostgresError``: `server`, `timeout`, `cancelled`, `connectionLost` (it may have taken effect),
  ///   `invalidParameters`.
  @discardableResult
  public func execute(
    _ statement: PostgresStatement, _ parameters: [PostgresValue] = []
  ) async throws -> PostgresRows {
    try await run([(statement, parameters)], in: nil)[0]
  }

  /// Runs several statements in one round trip (libpq's pipeline mode, one synchronisation point).
  ///
  /// Outside a transaction they are one: all take effect, or none. Each is planned before the next one's effects are
  /// known to the caller, so later parameters can't depend on earlier rows.
  /// - Returns: the rows of each statement, in order.
  /// - Throws: ``PostgresError`` as ``execute(_:_:)``, with ``PostgresError/pipelineIndex`` set; the connection stays
  ///   usable after `server`, `timeout` and `cancelled`.
  @discardableResult
  public func pipeline(
    _ statements: [(PostgresStatement, [PostgresValue])]
  ) async throws -> [PostgresRows] {
    try await run(statements, in: nil)
  }

  /// Runs a script of several statements without parameters or results, for migrations; as one transaction, unless it
  /// has transaction commands of its own.
  /// - Parameter sql: text of the program's own, never of a user's.
  /// - Throws: ``PostgresError`` as ``execute(_:_:)``.
  public func executeScript(_ sql: String) async throws {
    try await executeScript(sql, in: nil)
  }

  func executeScript(_ sql: String, in transactionID: Int?) async throws {
    guard !sql.utf8.contains(0) else { throw PostgresError(.invalidParameters, "the script contains a NUL character") }
    try await withInterruption { connection, interruption in
      let handle = try connection.handle(for: transactionID)
      try connection.dropOnLoss {
        try connection.beginPending(on: handle, interruption: interruption)
        var exchange = Exchange(handle, interruption: interruption, deadline: nil)
        guard unsafe PQsendQuery(handle.connection, sql) == 1 else {
          throw PostgresError(.connectionLost, "the connection is broken or out of step")
        }
        var failure: PostgresError?
        while let result = try exchange.nextResult() {
          switch result.status {
          case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY: continue
          case PGRES_FATAL_ERROR:
            let error = PostgresError.failure(result)
            if error.code == .connectionLost { throw error }
            failure = error
          default: throw PostgresError(.connectionLost, "a script may not copy from or to the client")
          }
        }
        try exchange.settle()
        if let failure { throw failure.afterCancelling(exchange.isCancelling) }
      }
    }
  }

  func run(
    _ statements: [(PostgresStatement, [PostgresValue])], after preamble: PostgresPreamble? = nil,
    in transactionID: Int?
  ) async throws -> [PostgresRows] {
    try await withInterruption { connection, interruption in
      let handle = try connection.handle(for: transactionID)
      let requests = try statements.map { try Request($0, $1) }
      let first = try preamble?.request()
      let isAlone = handle.transactionStatus == PQTRANS_IDLE && connection.transaction == nil
      do {
        return try connection.perform(requests, after: first, on: handle, interruption: interruption)
      } catch let error as PostgresError where error.isStale {
        connection.prepared.removeAll()
        // Inside a transaction the failure has aborted it: only its owner can run it again.
        guard isAlone, handle.transactionStatus == PQTRANS_IDLE else { throw error }
        return try connection.perform(requests, after: first, on: handle, interruption: interruption)
      }
    }
  }
}

/// A statement ready to be sent.
struct Request {
  let statement: PostgresStatement
  let values: [PostgresValue]
  let parameters: ParameterBuffer

  init(_ statement: PostgresStatement, _ values: [PostgresValue]) throws(PostgresError) {
    self.statement = statement
    self.values = values
    parameters = try ParameterBuffer(values)
  }
}

extension PostgresError {
  /// True if the server no longer has the statement as it was prepared.
  var isStale: Bool { sqlState == .invalidStatementName || report?.isStalePlan == true }

  /// The same failure, told apart from a timeout if this side asked for the cancellation.
  func afterCancelling(_ isCancelling: Bool) -> PostgresError {
    guard isCancelling, sqlState == .queryCanceled else { return self }
    return with(code: .cancelled, reason: "cancelled while the statement ran")
  }
}
