import Foundation
import Synchronization
import Testing

/// A RabbitMQ node of a suite's own, which it may kill and start again, with a name service (epmd) of its own.
final class PrivateBroker: Sendable {
  private static let script = "/usr/lib/rabbitmq/bin/rabbitmq-server"
  private static let user = "administrator"

  /// True if the broker is installed.
  static var isInstalled: Bool { FileManager.default.isExecutableFile(atPath: script) }

  private let directory: String
  private let password = UUID().uuidString
  private let ports: Ports
  private let process = Mutex<Process?>(nil)

  private struct Ports {
    let amqp = LoopbackPort.free()
    let management = LoopbackPort.free()
    let distribution = LoopbackPort.free()
    let names = LoopbackPort.free()
  }

  private init(directory: String) {
    self.directory = directory
    ports = Ports()
  }

  /// Creates and starts a broker, lends it, and removes it.
  static func with(_ body: (PrivateBroker) async throws -> Void) async throws {
    let directory = NSTemporaryDirectory() + "rabbitmq-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    let broker = PrivateBroker(directory: directory)
    let outcome: Result<Void, any Error>
    do {
      try broker.configure()
      try await broker.start()
      try await body(broker)
      outcome = .success(())
    } catch { outcome = .failure(error) }
    await broker.stop(SIGKILL)
    // The broker started it as a daemon, which outlives its last client.
    try launch(["/usr/bin/epmd", "-port", "\(broker.ports.names)", "-kill"]).waitUntilExit()
    try FileManager.default.removeItem(atPath: directory)
    try outcome.get()
  }

  var servers: (amqp: String, api: String) {
    (
      "amqp://\(Self.user):\(password)@127.0.0.1:\(ports.amqp)/%2f", "http://127.0.0.1:\(ports.management)"
    )
  }

  /// Starts the broker, and waits until it serves every protocol.
  func start() async throws {
    let started = try Self.launch([Self.script], environment)
    process.withLock { $0 = started }
    let api = ManagementAPI(
      base: try #require(URL(string: servers.api)), user: Self.user, password: password)
    let deadline = ContinuousClock.now + .seconds(60)
    while true {
      do {
        try await api.send("GET", "health/checks/port-listener/\(ports.amqp)")
        return
      } catch  where ContinuousClock.now < deadline && started.isRunning {
        try await Task.sleep(for: .milliseconds(50))
      }
    }
  }

  /// Stops the broker: SIGTERM in an orderly way, SIGKILL as a crash would.
  func stop(_ signal: Int32) async {
    guard let process = process.withLock({ $0 }) else { return }
    kill(process.processIdentifier, signal)
    await withCheckedContinuation { continuation in
      // It blocks, so not on Swift's pool.
      DispatchQueue.global().async {
        process.waitUntilExit()
        continuation.resume()
      }
    }
  }

  // An installed broker's configuration under /etc must not leak in. RUNNING_UNDER_SYSTEMD makes the script become the
  // Erlang VM, so that the process is the VM's.
  private var environment: [String: String] {
    [
      "PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "LANG": "C.UTF-8", "HOME": directory, "RUNNING_UNDER_SYSTEMD": "true",
      "RABBITMQ_NODENAME": "chaos@localhost", "ERL_EPMD_ADDRESS": "127.0.0.1", "ERL_EPMD_PORT": "\(ports.names)",
      "RABBITMQ_DIST_PORT": "\(ports.distribution)",
      "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1} +sbwt none",
      "RABBITMQ_CONF_ENV_FILE": "\(directory)/environment.conf", "RABBITMQ_CONFIG_FILE": "\(directory)/rabbitmq.conf",
      "RABBITMQ_ADVANCED_CONFIG_FILE": "\(directory)/advanced.config",
      "RABBITMQ_ENABLED_PLUGINS_FILE": "\(directory)/enabled_plugins", "RABBITMQ_MNESIA_BASE": "\(directory)/mnesia",
      "RABBITMQ_LOG_BASE": "\(directory)/log",
    ]
  }

  private func configure() throws {
    func write(_ name: String, _ text: String) throws {
      try text.write(toFile: "\(directory)/\(name)", atomically: true, encoding: .utf8)
    }
    try write("enabled_plugins", "[rabbitmq_management].\n")
    // What the management API says of queues is as old as the intervals, in milliseconds. The heartbeat, in seconds, is
    // short enough to be outlasted by a test.
    try write("advanced.config", "[{rabbit, [{quorum_tick_interval, 500}]}].\n")
    try write(
      "rabbitmq.conf",
      """
      listeners.tcp.1 = 127.0.0.1:\(ports.amqp)
      management.tcp.ip = 127.0.0.1
      management.tcp.port = \(ports.management)
      collect_statistics_interval = 500
      heartbeat = 2
      default_user = \(Self.user)
      default_pass = \(password)

      """)
  }

  private static func launch(_ command: [String], _ environment: [String: String] = [:]) throws -> Process {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: command[0])
    process.arguments = Array(command.dropFirst())
    process.environment = environment
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    // A child inherits what its parent's thread blocks, and Dispatch's threads block nearly every signal.
    var (none, before) = (sigset_t(), sigset_t())
    sigemptyset(&none)
    pthread_sigmask(SIG_SETMASK, &none, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    try process.run()
    return process
  }
}
