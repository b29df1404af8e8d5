/// A pool whose every transaction, that of a lone statement too, begins with the same preamble.
public struct PostgresScope: Sendable {
  let pool: PostgresPool
  let preamble: PostgresPreamble

  /// Looks at a pool through a preamble.
  public init(_ pool: PostgresPool, _ preamble: PostgresPreamble) {
    self.pool = pool
    self.preamble = preamble
  }

  /// Runs a transaction behind the preamble; otherwise as ``PostgresPool/withTransaction(isolation:readOnly:preamble:_:)``.
  /// - Throws: as that.
  public nonisolated(nonsending) func withTransaction<Value>(
    isolation: PostgresIsolation = .readCommitted, readOnly: Bool = false,
    _ body: nonisolated(nonsending) (PostgresTransaction) async throws -> Value
  ) async throws -> Value {
    try await pool.withTransaction(isolation: isolation, readOnly: readOnly, preamble: preamble, body)
  }

  /// Runs one statement behind the preamble, in one round trip; otherwise as ``PostgresPool/execute(_:_:)``.
  /// - Throws: as that.
  @discardableResult
  public func execute(
    _ statement: PostgresStatement, _ parameters: [PostgresValue] = []
  ) async throws -> PostgresRows {
    try await pipeline([(statement, parameters)])[0]
  }

  /// Runs several statements behind the preamble, in one round trip; otherwise as ``PostgresConnection/pipeline(_:)``.
  /// - Throws: as that and ``PostgresPool/withConnection(_:)`` do.
  @discardableResult
  public func pipeline(
    _ statements: [(PostgresStatement, [PostgresValue])]
  ) async throws -> [PostgresRows] {
    try await pool.withConnection { connection in try await connection.run(statements, after: preamble, in: nil) }
  }
}
