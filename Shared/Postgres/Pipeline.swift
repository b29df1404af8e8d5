import CLibpq

/// Statements sent together and answered together: libpq's pipeline mode with one synchronisation point at the end
/// (PostgreSQL manual, section 34.5).
struct Pipeline {
  /// What stands in the pipeline, in the order of the answers.
  private enum Step {
    case control(StaticString)
    case prepare(PreparedStatements.Variant, PostgresStatement)
    case execute(PreparedStatements.Variant, isPreamble: Bool)
  }

  /// The outcome of the whole pipeline.
  struct Outcome {
    var rows: [PostgresRows] = []
    /// The command tags of the control statements, such as `COMMIT`.
    var controlTags: [String] = []
    /// The first failure; what came after it did not run.
    var failure: PostgresError?
  }

  private let handle: ConnectionHandle
  private var steps: [Step] = []

  init(_ handle: ConnectionHandle) throws(PostgresError) {
    self.handle = handle
    guard unsafe PQenterPipelineMode(handle.connection) == 1 else { throw Self.broken() }
  }

  /// Sends a statement without parameters or rows, unprepared.
  mutating func send(control sql: StaticString) throws(PostgresError) {
    guard unsafe PQsendQueryParams(handle.connection, sql.description, 0, nil, nil, nil, nil, 1) == 1 else {
      throw Self.broken()
    }
    steps.append(.control(sql))
  }

  /// Sends a statement with its parameters, preparing it first where this connection has not yet.
  /// - Parameter isPreamble: whether the sender doesn't want to know its rows.
  mutating func send(
    _ request: Request, isPreamble: Bool = false, prepared: inout PreparedStatements
  ) throws(PostgresError) {
    let (statement, values) = (request.statement, request.values)
    let variant: PreparedStatements.Variant
    if let known = prepared.variant(of: statement, for: values) {
      variant = known
    } else {
      variant = prepared.add(statement, for: values)
      let types = variant.types.map(\.rawValue)
      steps.append(.prepare(variant, statement))
      guard unsafe PQsendPrepare(handle.connection, variant.name, statement.sql, CInt(types.count), types) == 1 else {
        throw Self.broken()
      }
    }
    let isSent = unsafe request.parameters.withPointers { values, lengths, formats in
      unsafe PQsendQueryPrepared(
        handle.connection, variant.name, CInt(request.parameters.ranges.count), values, lengths, formats, 1)
    }
    guard isSent == 1 else { throw Self.broken() }
    steps.append(.execute(variant, isPreamble: isPreamble))
  }

  /// Ends the pipeline, collects every answer and leaves pipeline mode.
  /// - Throws: only what makes the connection unusable.
  mutating func finish(
    _ exchange: inout Exchange, prepared: inout PreparedStatements
  ) throws(PostgresError) -> Outcome {
    guard unsafe PQpipelineSync(handle.connection) == 1 else { throw Self.broken() }
    var outcome = Outcome()
    outcome.rows.reserveCapacity(steps.count)
    for step in steps {
      guard let result = try exchange.nextResult(), result.status != PGRES_PIPELINE_SYNC else { throw Self.broken() }
      try accept(result, of: step, into: &outcome, prepared: &prepared)
      guard try exchange.nextResult() == nil else { throw Self.broken() }
    }
    // An implicit transaction commits at the synchronisation point, where a deferred constraint may still refuse it.
    var last = try exchange.nextResult()
    if let refusal = last, refusal.status != PGRES_PIPELINE_SYNC {
      try fail(refusal, into: &outcome, at: nil)
      last = try exchange.nextResult()
      if last == nil { last = try exchange.nextResult() }
    }
    guard last?.status == PGRES_PIPELINE_SYNC else { throw Self.broken() }
    try exchange.settle()
    guard unsafe PQexitPipelineMode(handle.connection) == 1 else { throw Self.broken() }
    return outcome
  }

  private func accept(
    _ result: ResultHandle, of step: Step, into outcome: inout Outcome, prepared: inout PreparedStatements
  ) throws(PostgresError) {
    let isSuccess = [PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY].contains(result.status)
    // COPY's data can't travel in a pipeline, so a statement that begins one ends the session.
    guard isSuccess || [PGRES_FATAL_ERROR, PGRES_PIPELINE_ABORTED].contains(result.status) else { throw Self.broken() }
    switch step {
    case .control(let sql):
      if isSuccess { outcome.controlTags.append(result.commandTag) }
      if isSuccess, sql.description == PreparedStatements.deallocation.description { prepared.hasLeftovers = false }
    case .prepare(let variant, let statement):
      if !isSuccess { prepared.remove(variant, of: statement) }
    case .execute(_, isPreamble: true): break
    case .execute(let variant, isPreamble: false):
      guard isSuccess else { break }
      let columns = variant.columns ?? PostgresColumns(result)
      variant.columns = columns
      outcome.rows.append(PostgresRows(result, columns: columns))
    }
    if !isSuccess { try fail(result, into: &outcome, at: outcome.rows.count) }
  }

  /// Keeps the first failure; one that ends the connection is thrown at once, since no more answers will come.
  private func fail(_ result: ResultHandle, into outcome: inout Outcome, at index: Int?) throws(PostgresError) {
    if result.status == PGRES_PIPELINE_ABORTED { return }
    let failure = PostgresError.failure(result)
    if failure.code == .connectionLost || handle.isBad {
      throw failure.with(code: .connectionLost, reason: failure.reason)
    }
    outcome.failure = outcome.failure ?? index.map(failure.at(pipelineIndex:)) ?? failure
  }

  /// libpq and this module disagree about what comes next, or libpq can't send: the connection is good for nothing.
  private static func broken() -> PostgresError {
    PostgresError(.connectionLost, "the connection is broken or out of step")
  }
}
