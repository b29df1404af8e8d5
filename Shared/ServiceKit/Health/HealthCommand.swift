public import ArgumentParser
import HTTPClient

/// `health`: asks the service that runs beside it, by the same settings, whether it is ready. For health checks of
/// containers, which then need neither a shell nor a client.
public struct HealthCommand: AsyncParsableCommand {
  /// How it is called.
  public static let configuration = CommandConfiguration(
    commandName: "health",
    abstract: "Asks the service on HEALTH_PORT whether it is ready; prints its answer, and exits with 0 or 1.")

  /// Creates the command, for the parser.
  public init() {}

  /// Asks, for at most four seconds.
  /// - Throws: ``ConfigurationError`` where no port is set; `ExitCode` with 1 where the service isn't ready.
  public func run() async throws {
    var settings = SettingsReader()
    let health = try HealthSettings(&settings)
    guard let origin = health.origin else {
      throw ConfigurationError(problems: ["HEALTH_PORT: missing, or 0: the service can't be found"])
    }
    var configuration = HTTPClientConfiguration()
    configuration.allowsPlaintext = true
    configuration.totalTimeout = .seconds(4)
    let client = HTTPClient(configuration: configuration)
    let result: Result<HTTPResponse, HTTPClientError>
    do {
      result = .success(try await client.send(HTTPRequest(method: "GET", url: origin + "/readyz")))
    } catch { result = .failure(error) }
    await client.shutdown()
    switch result {
    case .success(let answer):
      print(String(decoding: answer.body, as: UTF8.self))
      guard answer.status == 200 else { throw ExitCode(1) }
    case .failure(let error):
      StandardError.write("no answer from \(origin): \(error)\n")
      throw ExitCode(1)
    }
  }
}

extension HealthSettings {
  /// Where to ask from the same machine; nil where no port is set.
  var origin: String? {
    guard let port, port > 0 else { return nil }
    let everywhere = ["0.0.0.0": "127.0.0.1", "::": "::1"]
    let address = everywhere[host] ?? host
    return "http://\(address.contains(":") ? "[\(address)]" : address):\(port)"
  }
}
