import Hummingbird
import Logging

/// The least that a service on Hummingbird does, which the benchmark holds ours against: one route, nothing around it.
///
/// `bare-server PORT`
@main struct BareServer {
  static func main() async throws {
    guard let port = CommandLine.arguments.last.flatMap({ Int($0) }) else { fatalError("bare-server PORT") }
    let router = Router()
    router.get { _, _ in "ok" }
    var logger = Logger(label: "bare-server")
    logger.logLevel = .warning
    try await Application(
      router: router, configuration: .init(address: .hostname("127.0.0.1", port: port)), logger: logger
    ).runService()
  }
}
