public import AMQP
public import Commands
public import Logging
public import Postgres

/// What every service is told about its surroundings.
public struct CommonSettings: Sendable {
  /// How to reach the broker.
  public let amqp: AMQPConfiguration
  /// Signs and checks commands.
  public let authenticator: CommandAuthenticator
  /// How much is logged.
  public let logLevel: Logger.Level
  /// How it is written.
  public let logFormat: LogFormat

  static let amqpURL = Setting(
    "AMQP_URL", "the broker: amqp:// or amqps://user:password@host:port/vhost", isSecret: true)
  static let amqpCAFile = Setting("AMQP_CA_FILE", "the certificate authorities for amqps://; the system's if absent")
  static let commandKey = Setting(
    "COMMAND_KEY_B64", "base64 of the 32 bytes that the services sign their commands with", isSecret: true)
  static let otherCommandKey = Setting(
    "COMMAND_KEY_ACCEPTED_B64", "base64 of a second such key, whose commands are accepted too while keys are changed",
    isSecret: true)
  static let logLevel = Setting(
    "LOG_LEVEL", "trace, debug, info, notice, warning, error or critical", default: "info")
  static let logFormat = Setting("LOG_FORMAT", "json or human", default: "json")
  static let databaseURL = Setting(
    "DATABASE_URL", "the database: postgresql://user:password@host:port/name", isSecret: true)
  static let databaseConnections = Setting(
    "DATABASE_CONNECTIONS", "the most connections to the database, 1 to 100", default: "8")

  /// The settings that every service reads.
  public static let all = [amqpURL, amqpCAFile, commandKey, otherCommandKey, logLevel, logFormat]
  /// The settings of services that have a database.
  public static let database = [databaseURL, databaseConnections]

  /// Reads them.
  /// - Parameters:
  ///   - settings: where they are read.
  ///   - service: the name shown in the broker's list of connections.
  /// - Throws: ``ConfigurationError`` with everything wrong so far, also in settings read before.
  public init(_ settings: inout SettingsReader, service: String) throws(ConfigurationError) {
    let caFile = settings.readOptional(Self.amqpCAFile) { $0 }
    let amqp = settings.read(Self.amqpURL) {
      try AMQPConfiguration(url: $0, connectionName: service, caFile: caFile)
    }
    let key = settings.read(Self.commandKey, as: Setting.key256)
    let other = settings.readOptional(Self.otherCommandKey, as: Setting.key256)
    let level = settings.read(Self.logLevel) { try Setting.choice($0, Logger.Level.self) }
    let format = settings.read(Self.logFormat) { try Setting.choice($0, LogFormat.self) }
    let all = try settings.require(amqp, key, level, format)
    self.amqp = all.0
    authenticator = CommandAuthenticator(key: all.1, alsoAccepting: other)
    logLevel = all.2
    logFormat = all.3
  }
}

/// Where the database is and how many connections to it are allowed.
public struct DatabaseSettings: Sendable {
  /// How to reach it.
  public let configuration: PostgresConfiguration
  /// The most connections.
  public let connections: Int

  /// Reads them.
  /// - Parameters:
  ///   - settings: where they are read.
  ///   - service: the name shown in `pg_stat_activity`.
  ///   - statementTimeout: the longest that a statement may take; 60 seconds unless told, nil for no limit.
  ///   - idleInTransactionTimeout: the longest that a transaction may idle; 60 seconds unless told, nil for no limit.
  /// - Throws: ``ConfigurationError`` with everything wrong so far, also in settings read before.
  public init(
    _ settings: inout SettingsReader, service: String, statementTimeout: Duration? = .seconds(60),
    idleInTransactionTimeout: Duration? = .seconds(60)
  ) throws(ConfigurationError) {
    let configuration = settings.read(CommonSettings.databaseURL) {
      try PostgresConfiguration(
        url: $0, applicationName: service, statementTimeout: statementTimeout,
        idleInTransactionTimeout: idleInTransactionTimeout)
    }
    let connections = settings.read(CommonSettings.databaseConnections, as: Setting.integer(1...100))
    (self.configuration, self.connections) = try settings.require(configuration, connections)
  }
}
