import CProcess
import Glibc
public import Logging
public import ServiceLifecycle
import UnixSignals

/// The process that a service runs in: how it starts, how it stops, and what it keeps from leaking.
public enum ServiceProcess {
  /// Keeps key material out of core dumps and from debuggers of the same user: no core files, and not dumpable.
  /// - Throws: ``ConfigurationError`` where the system refuses: no service handles keys without it.
  public static func protectMemory() throws(ConfigurationError) {
    guard process_forbid_dumps() == 0 else {
      throw ConfigurationError(problems: ["the system refuses to protect this process's memory (errno \(errno))"])
    }
  }

  /// Runs services until one fails or the process is told to stop by SIGTERM or SIGINT; then stops the rest gracefully,
  /// in the reverse order, for at most ten seconds.
  public static func run(_ services: [any Service], logger: Logger) async throws {
    var configuration = ServiceGroupConfiguration(
      services: services.map { .init(service: $0, failureTerminationBehavior: .gracefullyShutdownGroup) },
      gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
    configuration.maximumGracefulShutdownDuration = .seconds(10)
    try await ServiceGroup(configuration: configuration).run()
  }

  /// Runs the body of `main` and turns what it throws into one message and an exit code: 78 for a wrong configuration,
  /// 1 for anything else.
  public static func main(_ body: @Sendable () async throws -> Void) async {
    do { try await body() } catch let error as ConfigurationError {
      StandardError.write("\(error)\n")
      exit(ConfigurationError.exitCode)
    } catch {
      StandardError.write("\(error)\n")
      exit(1)
    }
  }
}
