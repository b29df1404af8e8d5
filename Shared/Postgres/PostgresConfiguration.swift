/// Where a database is, who connects to it, and how long anything may take.
public struct PostgresConfiguration: Sendable {
  /// The name shown in `pg_stat_activity`.
  public let applicationName: String
  /// The longest that connecting and authenticating may take, over all hosts of the URL together.
  public let connectTimeout: Duration
  /// The longest that one statement may take (`statement_timeout`); nil for no limit.
  public let statementTimeout: Duration?
  /// The longest that a statement may wait for one lock (`lock_timeout`); nil for no limit.
  public let lockTimeout: Duration?
  /// The longest that a transaction may idle before the server ends its session; nil for no limit.
  public let idleInTransactionTimeout: Duration?
  /// libpq's connection parameters, the password among them.
  let parameters: [String: String]

  /// Parses a URL as libpq does (PostgreSQL manual, section 34.1.1.2), reading nothing and connecting to nothing.
  ///
  /// Query parameters are libpq's: `sslmode`, `sslrootcert`, `host` (a directory for Unix sockets), `options`… What the
  /// URL leaves out is taken from libpq's environment variables, password file and defaults when connecting; but
  /// `gssencmode` is `disable` unless the URL says otherwise.
  /// - Parameters:
  ///   - url: `postgres://` or `postgresql://`, at most 4096 bytes.
  ///   - applicationName: shown in `pg_stat_activity`; default `tenant-kms`. One in the URL wins.
  ///   - connectTimeout: default 5 seconds.
  ///   - statementTimeout: default none.
  ///   - lockTimeout: default none.
  ///   - idleInTransactionTimeout: default 60 seconds.
  /// - Throws: ``PostgresError`` with code `invalidConfiguration`, which doesn't repeat the URL.
  public init(
    url: String, applicationName: String = "tenant-kms", connectTimeout: Duration = .seconds(5),
    statementTimeout: Duration? = nil, lockTimeout: Duration? = nil,
    idleInTransactionTimeout: Duration? = .seconds(60)
  ) throws(PostgresError) {
    let parsed = try ConnectionURL.parse(url)
    self.applicationName = parsed["application_name"] ?? applicationName
    self.connectTimeout = connectTimeout
    self.statementTimeout = statementTimeout
    self.lockTimeout = lockTimeout
    self.idleInTransactionTimeout = idleInTransactionTimeout

    var options = ["-c timezone=UTC"]
    for (name, timeout) in [
      ("statement_timeout", statementTimeout), ("lock_timeout", lockTimeout),
      ("idle_in_transaction_session_timeout", idleInTransactionTimeout),
    ] {
      guard let timeout else { continue }
      guard timeout > .zero, timeout < .seconds(86_400) else {
        throw PostgresError(.invalidConfiguration, "\(name) must be more than zero and less than a day")
      }
      options.append("-c \(name)=\(timeout.pollMilliseconds)")
    }
    if let own = parsed["options"] { options.append(own) }
    guard connectTimeout > .zero else {
      throw PostgresError(.invalidConfiguration, "the connect timeout must be more than zero")
    }
    // A peer that vanished is noticed after 10 + 3 × 5 s when idle, after 20 s with data under way. Left to itself, libpq
    // looks for Kerberos credentials before each connection, and holds what it loads for that.
    let defaults = [
      "application_name": applicationName, "keepalives": "1", "keepalives_idle": "10", "keepalives_interval": "5",
      "keepalives_count": "3", "tcp_user_timeout": "20000", "gssencmode": "disable",
    ]
    parameters = defaults.merging(parsed) { _, url in url }
      .merging(["client_encoding": "UTF8", "options": options.joined(separator: " ")]) { _, fixed in fixed }
  }
}

extension PostgresConfiguration: CustomStringConvertible, CustomReflectable {
  /// The user, host, port and database, never the password.
  public var description: String {
    let user = parameters["user"].map { "\($0)@" } ?? ""
    let port = parameters["port"].map { ":\($0)" } ?? ""
    return "postgres://\(user)\(parameters["host"] ?? "")\(port)/\(parameters["dbname"] ?? "")"
  }

  /// Shows what ``description`` shows.
  public var customMirror: Mirror { Mirror(self, children: ["description": description]) }
}
