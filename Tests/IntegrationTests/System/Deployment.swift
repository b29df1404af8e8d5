import Cryptography
import Foundation
import JSON
import Postgres
import Testing

/// The whole product, running for one test: the three executables on a database and a virtual host of their own.
struct Deployment: Sendable {
  /// Whether the servers are at hand; without them the tests that need a deployment are skipped.
  static var isPossible: Bool { TestDatabase.isAvailable && TestBroker.isConfigured && StandInAWS.endpoint != nil }

  /// A tenant, as `onboarding-api tenant create` makes it, and an owner's token for it.
  struct Tenant: Sendable {
    let id: UUID
    let slug: String
    let apiKey: String
    let ownerToken: String
  }

  let database: TestDatabase
  let virtualHost: VirtualHost
  /// What each service is started with: the same, but for logins of its own.
  let environments: [ServiceRole: [String: String]]
  let api: RunningProgram
  let verifier: RunningProgram?
  let workers: [RunningProgram]
  let client: APIClient

  var programs: [RunningProgram] { [api] + [verifier].compactMap(\.self) + workers }

  /// The API's environment, in which the operator's commands run too.
  var environment: [String: String] { environments[.api] ?? [:] }

  /// Starts a deployment, lends it, and takes it down. Takes the ``DeploymentSlot`` that the test holds.
  /// - Parameters:
  ///   - settings: environment variables that differ from the usual ones.
  ///   - verifies: whether a verifier runs.
  ///   - workers: how many rewrap workers run.
  ///   - brokerPort: the port at which the services find the broker; the broker's own unless told.
  ///   - databasePort: likewise for the database.
  ///   - servers: the database and the broker; those that the environment names unless told.
  ///   - platform: the account whose user the services run as; nil for an identity that no cloud knows.
  static func with(
    _ settings: [String: String] = [:], verifies: Bool = true, workers: Int = 1, brokerPort: Int? = nil,
    databasePort: Int? = nil, on servers: ServerNames = .shared, as platform: CustomerAWSAccount? = nil,
    _ body: (Deployment) async throws -> Void
  ) async throws {
    try await DeploymentSlot.use {
      try await TestDatabase.with(on: servers.database) { database in
        try await TestBroker.withVirtualHost(amqpURL: servers.amqp, apiURL: servers.rabbitMQAPI) { virtualHost in
          let deployment = try await start(
            database, virtualHost, settings, verifies: verifies, workers: workers, brokerPort: brokerPort,
            databasePort: databasePort, as: platform)
          do { try await body(deployment) } catch {
            await deployment.stop()
            throw error
          }
          await deployment.stop()
        }
      }
    }
  }

  /// Makes a tenant and an owner's token.
  func makeTenant(_ slug: String = "acme-\(UUID().uuidString.lowercased().prefix(8))") async throws -> Tenant {
    let made = try await Self.run(["tenant", "create", "--slug", slug], environment)
    let json = try JSONValue(parsing: Array(made.utf8))
    let id = try #require(json["tenant_id"]?.string.flatMap { UUID(uuidString: $0) })
    return Tenant(
      id: id, slug: slug, apiKey: try #require(json["api_key"]?.string), ownerToken: try await token(for: id))
  }

  /// Makes an admin token.
  func token(for tenantID: UUID, role: String = "owner") async throws -> String {
    try await Self.run(["token", "--tenant", tenantID.uuidString, "--role", role], environment)
  }

  /// One text that changes whenever anything does that onboarding could change.
  func fingerprint() async throws -> String {
    let connection = try await database.connect()
    var digest = ""
    // When a key was last used is written by the clock, not by what was asked.
    let row = "LATERAL (SELECT (to_jsonb(t) - 'last_used_at')::text AS r) AS texts"
    for table in [
      "tenants", "api_keys", "users", "tenant_kms_configs", "external_id_claims", "tenant_keys", "secrets",
      "secret_values", "transit_keys", "transit_key_versions", "rewrap_jobs", "rewrap_ranges", "rewrap_failures",
      "outbox", "audit_log_critical",
    ] {
      let rows = try await connection.execute(
        PostgresStatement(
          unchecked: "SELECT coalesce(md5(string_agg(r, '|' ORDER BY r)), '') FROM \(table) t, \(row)"))
      digest += try rows[0][0, as: String.self] + ":"
    }
    await connection.close()
    return digest
  }

  func stop() async {
    await withTaskGroup { group in
      for program in programs { group.addTask { _ = await program.stop() } }
    }
  }

  /// `onboarding-api` ended with another exit code than 0.
  struct Failed: Error, Equatable {
    let arguments: [String]
    let exitCode: Int32
    /// What it printed before.
    var output = ""
  }

  /// Runs `onboarding-api` to its end and answers what it printed.
  /// - Parameter input: what it reads from standard input; nothing unless told.
  /// - Throws: ``Failed``.
  static func run(_ arguments: [String], _ environment: [String: String], input: String? = nil) async throws -> String {
    try await withCheckedThrowingContinuation { continuation in
      // It blocks, so not on Swift's pool.
      DispatchQueue.global().async {
        continuation.resume(with: Result { try runBlocking(arguments, environment, input) })
      }
    }
  }

  private static func runBlocking(
    _ arguments: [String], _ environment: [String: String], _ input: String?
  ) throws -> String {
    let process = Process()
    process.executableURL = RunningProgram.folder.appending(path: "onboarding-api")
    process.arguments = arguments
    process.environment = environment
    let output = Pipe()
    process.standardOutput = output
    let typed = Pipe()
    process.standardInput = typed
    try process.run()
    // Little enough for the pipe to hold all of it.
    try typed.fileHandleForWriting.write(contentsOf: Data((input ?? "").utf8))
    try typed.fileHandleForWriting.close()
    let data = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    let text = String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    guard process.terminationStatus == 0 else {
      throw Failed(arguments: arguments, exitCode: process.terminationStatus, output: text)
    }
    return text
  }

  private static func start(
    _ database: TestDatabase, _ virtualHost: VirtualHost, _ settings: [String: String], verifies: Bool, workers: Int,
    brokerPort: Int?, databasePort: Int?, as platform: CustomerAWSAccount?
  ) async throws -> Deployment {
    let random = { Data(RandomSource.system.bytes(32)).base64EncodedString() }
    let common = [
      "PATH": "/usr/bin:/bin",
      "COMMAND_KEY_B64": random(), "MASTER_KEY_B64": random(), "ADMIN_JWT_HS256_KEY_B64": random(),
      "ADMIN_JWT_ISSUER": "test", "ADMIN_JWT_AUDIENCE": "tenant-kms", "HTTP_PORT": "0", "LOG_LEVEL": "debug",
      "AWS_ENDPOINT_URL": StandInAWS.endpoint ?? "", "DATABASE_CONNECTIONS": "5",
      "AWS_ACCESS_KEY_ID": platform?.platformAccessKeyID ?? "AKIAIOSFODNN7EXAMPLE",
      "AWS_SECRET_ACCESS_KEY": platform?.platformSecretAccessKey ?? "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    ].merging(settings) { $1 }
    _ = try await run(["migrate"], common.merging(["DATABASE_URL": database.url]) { $1 })
    var environments: [ServiceRole: [String: String]] = [:]
    for role in ServiceRole.allCases {
      var url = try #require(URLComponents(string: try await database.makeLogin("\(role)", in: [role.rawValue])))
      url.port = databasePort ?? url.port
      let broker = try await virtualHost.makeUser(role, port: brokerPort)
      environments[role] = common.merging(["DATABASE_URL": try #require(url.string), "AMQP_URL": broker]) { $1 }
    }
    // Without one, the API says on its own port how it is.
    environments[.api]?["HEALTH_PORT"] = nil
    let start = { (role: ServiceRole) in try RunningProgram(role.program, environment: environments[role] ?? [:]) }
    let api = try start(.api)
    let verifier = verifies ? try start(.verifier) : nil
    let running = try (0..<workers).map { _ in try start(.worker) }
    return try await Deployment(
      database: database, virtualHost: virtualHost, environments: environments, api: api, verifier: verifier,
      workers: running, client: APIClient(of: api, certificateAuthorities: settings["HTTP_TLS_CERTIFICATE_FILE"]))
  }
}
