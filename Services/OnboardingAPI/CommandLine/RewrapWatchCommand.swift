import ArgumentParser
import Commands
import FoundationEssentials
import Glibc
import HTTPClient
import ServiceKit

/// `onboarding-api rewrap watch`
struct RewrapWatchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "watch",
    abstract: "Follows a rewrap job over the API until it ends.",
    discussion: """
      Needs API_URL and ADMIN_TOKEN (or ADMIN_TOKEN_FILE) in the environment, as `compose/local env` prints them. The \
      exit code is 0 where the job is completed, 1 where it ended otherwise or can't be watched.
      """)

  static let apiURL = Setting("API_URL", "where the API is, as http://host:port")
  static let adminToken = Setting("ADMIN_TOKEN", "an admin token of the job's tenant", isSecret: true)

  @Argument(help: "The rewrap lease id.")
  var lease: UUIDArgument

  @Option(name: .customLong("api-url"), help: "Where the API is; API_URL unless told.")
  var address: String?

  func run() async throws {
    var settings = SettingsReader()
    let token = settings.read(Self.adminToken) { $0 }
    let base = address ?? settings.read(Self.apiURL) { $0 }
    let required = try settings.require(token, base)
    var configuration = HTTPClientConfiguration()
    configuration.allowsPlaintext = required.1.hasPrefix("http://")
    let client = HTTPClient(configuration: configuration)
    let isTerminal = isatty(STDOUT_FILENO) == 1
    let watch = RewrapWatch(
      transport: client,
      request: HTTPRequest(
        method: "GET", url: "\(required.1)/admin/tenant-kms/rewrap/\(lease.id.text)",
        headers: [HTTPHeader("Authorization", "Bearer \(required.0)")]),
      show: { line, isLast in
        if isTerminal {
          print("\r\(line)\u{1B}[K", terminator: isLast ? "\n" : "")
        } else {
          print(line)
        }
        fflush(nil)
      }, sleep: { try await Task.sleep(for: .seconds(1)) })
    let outcome: Result<RewrapProgress, any Error>
    do { outcome = .success(try await watch.run()) } catch { outcome = .failure(error) }
    await client.shutdown()
    guard try outcome.get().isComplete else { throw ExitCode.failure }
  }
}
