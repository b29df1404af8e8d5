import Foundation
import Postgres
import Synchronization
import Testing

/// A PostgreSQL server of a test's own, which it may stop, start and give a certificate.
final class PrivateServer: Sendable {
  private static let binaries: String? = (try? FileManager.default.contentsOfDirectory(atPath: "/usr/lib/postgresql"))?
    .compactMap { Int($0) }.max().map { "/usr/lib/postgresql/\($0)/bin" }

  /// True if the server's programs are installed.
  static var isInstalled: Bool { binaries != nil }

  let directory: String
  let port: Int
  private let process = Mutex<Process?>(nil)

  private init(directory: String, port: Int) {
    self.directory = directory
    self.port = port
  }

  /// Creates and starts a server that speaks TLS with a certificate for `localhost`, lends it, and removes it.
  static func with(_ body: (PrivateServer) async throws -> Void) async throws {
    let directory = NSTemporaryDirectory() + "postgres-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    let server = PrivateServer(directory: directory, port: .random(in: 20_000..<32_000))
    let outcome: Result<Void, any Error>
    do {
      try server.create()
      try await server.start()
      try await body(server)
      outcome = .success(())
    } catch {
      outcome = .failure(error)
    }
    server.stop()
    try FileManager.default.removeItem(atPath: directory)
    try outcome.get()
  }

  func url(host: String, _ query: String = "") -> String { "postgres://postgres@\(host):\(port)/postgres?\(query)" }

  /// Starts the server, and waits until it answers.
  func start() async throws {
    // pg_ctl would leave a daemon that keeps Process's descriptors, and with them its wait, open.
    let (process, _) = try launch(asServer(["\(Self.binaries ?? "")/postgres", "-D", "\(directory)/data"]))
    self.process.withLock { $0 = process }
    let configuration = try PostgresConfiguration(url: url(host: "127.0.0.1"))
    let deadline = ContinuousClock.now + .seconds(30)
    while true {
      do {
        return await (try PostgresConnection.connect(configuration)).close()
      } catch let error as PostgresError where error.isRetriable && ContinuousClock.now < deadline {
        continue
      }
    }
  }

  /// Stops the server as a crash would.
  func stop() {
    guard let process = process.withLock({ $0 }) else { return }
    kill(process.processIdentifier, SIGQUIT)
    process.waitUntilExit()
  }

  /// The server's main process.
  var processID: Int32? { process.withLock { $0?.processIdentifier } }

  private func create() throws {
    // The server refuses to run as root, so root hands it over to the user that Debian's package made.
    if getuid() == 0 { try run(["/usr/bin/chown", "postgres", directory]) }
    let initdb = ["\(Self.binaries ?? "")/initdb", "-D", "\(directory)/data", "-U", "postgres"]
    try run(asServer(initdb + ["--auth=trust", "-E", "UTF8", "--no-sync"]))
    try run(
      asServer([
        "/usr/bin/openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
        "-days", "1", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
        "-keyout", "\(directory)/data/server.key", "-out", "\(directory)/data/server.crt",
      ]))
    try run(["/usr/bin/cp", "\(directory)/data/server.crt", "\(directory)/ca.crt"])
    let settings = """
      ssl=on
      port=\(port)
      listen_addresses='127.0.0.1'
      unix_socket_directories='\(directory)'
      fsync=off

      """
    try run(asServer(["/usr/bin/tee", "-a", "\(directory)/data/postgresql.conf"]), input: settings)
  }

  private func asServer(_ command: [String]) -> [String] {
    (getuid() == 0 ? ["/usr/bin/setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] : []) + command
  }

  private func run(_ command: [String], input: String = "") throws {
    let (process, pipe) = try launch(command)
    try pipe.fileHandleForWriting.write(contentsOf: Data(input.utf8))
    try pipe.fileHandleForWriting.close()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0, "\(command.joined(separator: " "))")
  }

  private func launch(_ command: [String]) throws -> (Process, Pipe) {
    let process = Process()
    let pipe = Pipe()
    process.executableURL = URL(fileURLWithPath: command[0])
    process.arguments = Array(command.dropFirst())
    process.standardInput = pipe
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    return (process, pipe)
  }
}
