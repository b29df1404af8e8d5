import HTTPTypes
import Hummingbird
import Logging

/// The least that a service on Hummingbird does, which the benchmark holds ours against: two routes, nothing around them.
///
/// One says `ok`. The other sends the request's body back with as many header fields as ours: what the framework alone takes
/// of a call with a body.
///
/// `bare-server PORT`
@main struct BareServer {
  static func main() async throws {
    guard let port = CommandLine.arguments.last.flatMap({ Int($0) }) else { fatalError("bare-server PORT") }
    let router = Router()
    router.get { _, _ in "ok" }
    router.post { request, _ in
      Response(
        status: .ok, headers: fields, body: .init(byteBuffer: try await request.body.collect(upTo: 1 << 20)))
    }
    var logger = Logger(label: "bare-server")
    logger.logLevel = .warning
    try await Application(
      router: router, configuration: .init(address: .hostname("127.0.0.1", port: port)), logger: logger
    ).runService()
  }

  private static let fields: HTTPFields = [
    .contentType: "application/json", .cacheControl: "no-store", .xContentTypeOptions: "nosniff",
    .contentSecurityPolicy: "default-src 'none'; frame-ancestors 'none'", .referer: "same-origin",
    .eTag: "01890a5d-ac96-774b-bcce-b302099a8057",
  ]
}
