/// What went wrong between this process and Postgres.
///
/// ``description`` is fit for logs: it names the code, the SQLSTATE and schema objects, never a statement, a parameter or
/// a row. Equality compares ``code`` and ``sqlState`` only.
public struct PostgresError: Error, Sendable, Equatable {
  /// What kind of failure it was; open, so switch over it with a default.
  public struct Code: Sendable, Hashable, CustomStringConvertible {
    /// The code's name, as it stands in logs.
    public let description: String

    private init(_ description: String) { self.description = description }

    /// The URL or an option is not valid; retrying can't help.
    public static let invalidConfiguration = Code("invalidConfiguration")
    /// No connection could be made: refused, unreachable, not authenticated, or too slow.
    public static let connectionFailed = Code("connectionFailed")
    /// An established connection broke; whether the statement took effect is unknown, unless it stood in a transaction.
    public static let connectionLost = Code("connectionLost")
    /// The statement took longer than its timeout, and was cancelled or its connection dropped.
    public static let timeout = Code("timeout")
    /// No connection became free in time.
    public static let poolTimeout = Code("poolTimeout")
    /// The pool is shutting down or has shut down.
    public static let poolClosed = Code("poolClosed")
    /// The server refused the statement; see ``PostgresError/sqlState``.
    public static let server = Code("server")
    /// The connection broke during COMMIT: the transaction is committed entirely or not at all, but which is unknown.
    public static let commitUnknown = Code("commitUnknown")
    /// COMMIT rolled back, because a statement had failed and its error was swallowed.
    public static let transactionAborted = Code("transactionAborted")
    /// A transaction was used after it had ended, or begun inside another.
    public static let transactionMisuse = Code("transactionMisuse")
    /// A value can't be read as the type asked for.
    public static let decoding = Code("decoding")
    /// The parameters are more or larger than the protocol carries.
    public static let invalidParameters = Code("invalidParameters")
    /// The calling task was cancelled; the statement did not take effect, or its connection was dropped.
    public static let cancelled = Code("cancelled")
  }

  /// The kind of failure.
  public let code: Code

  /// A sentence for logs: no statement, no parameter, no row.
  public let reason: String

  /// What the server reported, if it did.
  let report: ServerReport?

  /// The place in a pipeline, from 0, of the statement that failed; nil where there was only one or none is to blame.
  public let pipelineIndex: Int?

  init(_ code: Code, _ reason: String, report: ServerReport? = nil, pipelineIndex: Int? = nil) {
    self.code = code
    self.reason = reason
    self.report = report
    self.pipelineIndex = pipelineIndex
  }

  /// The five characters that classify a server's error (PostgreSQL manual, appendix A), if the server sent one.
  public var sqlState: SQLState? { report?.sqlState }

  /// The constraint violated, if the server named one.
  public var constraintName: String? { report?.constraintName }

  /// The table concerned, if the server named one.
  public var tableName: String? { report?.tableName }

  /// The column concerned, if the server named one.
  public var columnName: String? { report?.columnName }

  /// True if the same work may succeed when tried again.
  ///
  /// Outside a transaction, check that it is idempotent first: after ``Code/connectionLost`` it may have taken effect.
  /// After ``Code/commitUnknown`` this is false, for the same reason: look before trying again.
  public var isRetriable: Bool {
    switch code {
    case .connectionLost, .timeout, .poolTimeout: true
    case .connectionFailed: sqlState?.isRetriable ?? true
    case .server: (sqlState?.isRetriable ?? false) || report?.isStalePlan == true
    default: false
    }
  }

  /// True if the database can't be reached or can't serve now, whatever is asked of it.
  public var isConnectivity: Bool {
    switch code {
    case .connectionFailed, .connectionLost, .commitUnknown, .poolTimeout, .poolClosed: true
    default: sqlState?.isConnectivity ?? false
    }
  }

  /// Compares the code and the SQLSTATE.
  public static func == (left: PostgresError, right: PostgresError) -> Bool {
    left.code == right.code && left.sqlState == right.sqlState
  }

  func at(pipelineIndex: Int) -> PostgresError {
    PostgresError(code, reason, report: report, pipelineIndex: pipelineIndex)
  }

  func with(code: Code, reason: String) -> PostgresError {
    PostgresError(code, reason, report: report, pipelineIndex: pipelineIndex)
  }
}
