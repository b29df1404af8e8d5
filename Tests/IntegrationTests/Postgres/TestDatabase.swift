import Foundation
import Logging
import Postgres
import Testing

/// A database of a test's own, on the server that the environment names.
struct TestDatabase: Sendable {
  /// A superuser's URL, from `TENANT_KMS_TEST_DATABASE_URL`; nil skips every test here.
  static let serverURL = ProcessInfo.processInfo.environment["TENANT_KMS_TEST_DATABASE_URL"]
  static var isAvailable: Bool { serverURL != nil }
  static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

  let name: String
  let url: String
  let configuration: PostgresConfiguration

  /// Creates a database, lends it, and drops it with whatever connections it has left.
  /// - Parameter serverURL: a superuser's URL; the one that the environment names unless told.
  static func with(
    on serverURL: String? = TestDatabase.serverURL, _ body: (TestDatabase) async throws -> Void
  ) async throws {
    let serverURL = try #require(serverURL)
    let name = "test_\(UUID().uuidString.lowercased().replacing("-", with: ""))"
    try await administer(serverURL, "CREATE DATABASE \(name) TEMPLATE template0")
    var components = try #require(URLComponents(string: serverURL))
    components.path = "/\(name)"
    let url = try #require(components.string)
    let outcome: Result<Void, any Error>
    do {
      let database = TestDatabase(name: name, url: url, configuration: try PostgresConfiguration(url: url))
      try await body(database)
      outcome = .success(())
    } catch {
      outcome = .failure(error)
    }
    try await administer(serverURL, "DROP DATABASE \(name) WITH (FORCE)")
    // Roles are the cluster's, and outlive the database.
    try await administer(
      serverURL,
      """
      DO $$ DECLARE login text; BEGIN
        FOR login IN SELECT rolname FROM pg_roles WHERE starts_with(rolname, '\(name)') LOOP
          EXECUTE format('DROP ROLE %I', login);
        END LOOP;
      END $$
      """)
    try outcome.get()
  }

  /// On a connection of its own each time: meanwhile a test may have restarted the server.
  private static func administer(_ serverURL: String, _ statement: String) async throws {
    let server = try await PostgresConnection.connect(PostgresConfiguration(url: serverURL))
    try await server.execute(PostgresStatement(unchecked: statement))
    await server.close()
  }

  /// Makes a role that may log in and is a member of others, until the database goes.
  /// - Parameters:
  ///   - label: lowercase letters that no other login of this database has.
  ///   - groups: the roles that it is a member of.
  /// - Returns: the database's URL for it.
  func makeLogin(_ label: String, in groups: [String]) async throws -> String {
    let (login, password) = ("\(name)_\(label)", UUID().uuidString)
    try await Self.administer(
      url, "CREATE ROLE \(login) LOGIN PASSWORD '\(password)' IN ROLE \(groups.joined(separator: ", "))")
    var components = try #require(URLComponents(string: url))
    (components.user, components.password) = (login, password)
    return try #require(components.string)
  }

  func connect(statementTimeout: Duration? = nil) async throws -> PostgresConnection {
    try await PostgresConnection.connect(PostgresConfiguration(url: url, statementTimeout: statementTimeout))
  }

  func pool(
    size: Int, as login: PostgresConfiguration? = nil, acquireTimeout: Duration = .seconds(20),
    clock: any Clock<Duration> = ContinuousClock()
  ) -> PostgresPool {
    PostgresPool(
      configuration: login ?? configuration, size: size, acquireTimeout: acquireTimeout, logger: Self.logger,
      clock: clock)
  }
}

extension PostgresConnection {
  /// The process that serves the session.
  var processID: Int32 {
    get async throws { try await execute("SELECT pg_backend_pid()")[0][0, as: Int32.self] }
  }

  /// Asks the server again and again until the query answers true; each question takes a round trip, so nothing spins.
  func waitUntil(_ question: PostgresStatement, _ parameters: [PostgresValue] = []) async throws {
    let deadline = ContinuousClock.now + .seconds(20)
    while try await !execute(question, parameters)[0][0, as: Bool.self] {
      try #require(ContinuousClock.now < deadline, "never true: \(question.sql)")
    }
  }

  /// Waits until a session is blocked on an advisory lock.
  func waitUntilBlocked(_ processID: Int32) async throws {
    try await waitUntil(
      "SELECT count(*) > 0 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND pid = $1", [.int4(processID)])
  }

  /// Ends another session, and waits until it is gone.
  func terminate(_ processID: Int32) async throws {
    try await execute("SELECT pg_terminate_backend($1)", [.int4(processID)])
    try await waitUntil("SELECT count(*) = 0 FROM pg_stat_activity WHERE pid = $1", [.int4(processID)])
  }
}

/// How work ended, so that it can be awaited as an `async let` and looked at afterwards.
func outcome<Value>(of work: () async throws -> Value) async -> Result<Value, any Error> {
  do {
    return .success(try await work())
  } catch {
    return .failure(error)
  }
}
