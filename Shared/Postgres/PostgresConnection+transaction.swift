extension PostgresConnection {
  /// Runs a transaction: it commits when the closure returns, and rolls back when it throws.
  ///
  /// BEGIN travels with the first statement. COMMIT and ROLLBACK are sent even if the task was cancelled meanwhile.
  /// - Parameters:
  ///   - isolation: default read committed.
  ///   - readOnly: true makes the server refuse writes; default false.
  ///   - preamble: travels behind BEGIN, ahead of the first statement; default none.
  ///   - body: runs once; nothing here tries it again.
  /// - Throws: what the closure throws; ``PostgresError`` with code `commitUnknown` if the connection broke during
  ///   COMMIT, `transactionAborted` if the closure swallowed a statement's failure, `server` if a deferred constraint or
  ///   a conflict refused the commit. After any other error the transaction has not taken effect.
  public nonisolated(nonsending) func withTransaction<Value>(
    isolation: PostgresIsolation = .readCommitted, readOnly: Bool = false, preamble: PostgresPreamble? = nil,
    _ body: nonisolated(nonsending) (PostgresTransaction) async throws -> Value
  ) async throws -> Value {
    let transaction = PostgresTransaction(
      connection: self, id: try await begin(isolation.begin(readOnly: readOnly), preamble))
    let value: Value
    do {
      value = try await body(transaction)
    } catch {
      await rollback(transaction.id)
      throw error
    }
    try await commit(transaction.id)
    return value
  }

  private func begin(_ sql: StaticString, _ preamble: PostgresPreamble?) throws -> Int {
    guard transaction == nil else {
      throw PostgresError(.transactionMisuse, "a transaction is already under way on this connection")
    }
    guard handle != nil else { throw PostgresError(.connectionLost, "the connection is closed") }
    let state = TransactionState(
      id: nextTransactionID(), pending: .init(begin: sql, preamble: try preamble?.request()))
    transaction = state
    return state.id
  }

  private func commit(_ id: Int) throws {
    guard let ended = end(id), ended.pending == nil else { return }
    guard isOpen else { throw PostgresError(.connectionLost, "the connection broke before COMMIT") }
    do {
      // A transaction that a failed statement has aborted is rolled back by COMMIT, which counts as success.
      guard try control("COMMIT") == "COMMIT" else {
        throw PostgresError(.transactionAborted, "rolled back, because a statement in it had failed")
      }
    } catch let error as PostgresError where !isOpen {
      throw error.with(code: .commitUnknown, reason: "the connection broke during COMMIT")
    }
  }

  private func rollback(_ id: Int) {
    guard let ended = end(id), ended.pending == nil, isOpen else { return }
    do {
      _ = try control("ROLLBACK")
    } catch {
      // The server rolls back what the end of a session leaves open, so a session that can't do it itself must end.
      close()
    }
  }

  private func end(_ id: Int) -> TransactionState? {
    guard let state = transaction, state.id == id else { return nil }
    transaction = nil
    return state
  }
}
