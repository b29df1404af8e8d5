/// A transaction under way, valid only inside the closure that received it.
///
/// It may be handed to child tasks; their statements run one after another. Once a statement has failed, PostgreSQL
/// refuses all others until the transaction ends, so let the error through and it rolls back.
public struct PostgresTransaction: Sendable {
  let connection: PostgresConnection
  let id: Int

  /// Runs a statement in the transaction; otherwise as ``PostgresConnection/execute(_:_:)``.
  /// - Throws: ``PostgresError``, also `transactionMisuse` after the transaction has ended.
  @discardableResult
  public func execute(
    _ statement: PostgresStatement, _ parameters: [PostgresValue] = []
  ) async throws -> PostgresRows {
    try await connection.run([(statement, parameters)], in: id)[0]
  }

  /// Runs several statements in one round trip in the transaction; otherwise as ``PostgresConnection/pipeline(_:)``.
  /// - Throws: ``PostgresError``, also `transactionMisuse` after the transaction has ended.
  @discardableResult
  public func pipeline(
    _ statements: [(PostgresStatement, [PostgresValue])]
  ) async throws -> [PostgresRows] {
    try await connection.run(statements, in: id)
  }

  /// Runs a script in the transaction; otherwise as ``PostgresConnection/executeScript(_:)``.
  /// - Throws: ``PostgresError``, also `transactionMisuse` after the transaction has ended.
  public func executeScript(_ sql: String) async throws {
    try await connection.executeScript(sql, in: id)
  }
}

/// A session's transaction under way.
struct TransactionState {
  let id: Int
  /// What begins it, until the first statement takes that along and so saves a round trip.
  var pending: Beginning?

  struct Beginning {
    let begin: StaticString
    let preamble: Request?
  }
}

/// What a transaction sees of others (PostgreSQL manual, section 13.2).
public enum PostgresIsolation: Sendable, Hashable {
  /// Each statement sees what was committed before it began; PostgreSQL's default.
  case readCommitted
  /// All statements see what was committed before the first began; conflicting updates fail with 40001.
  case repeatableRead
  /// As if transactions ran one after another; conflicts fail with 40001.
  case serializable

  func begin(readOnly: Bool) -> StaticString {
    switch (self, readOnly) {
    case (.readCommitted, false): "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"
    case (.readCommitted, true): "BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY"
    case (.repeatableRead, false): "BEGIN ISOLATION LEVEL REPEATABLE READ READ WRITE"
    case (.repeatableRead, true): "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
    case (.serializable, false): "BEGIN ISOLATION LEVEL SERIALIZABLE READ WRITE"
    case (.serializable, true): "BEGIN ISOLATION LEVEL SERIALIZABLE READ ONLY"
    }
  }
}
