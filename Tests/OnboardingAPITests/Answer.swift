import HTTPTypes
import Hummingbird
import JSON
import Logging
import NIOCore
import NIOEmbedded

@testable import onboarding_api

/// A response with its body read.
struct Answer {
  let status: HTTPResponse.Status
  let headers: HTTPFields
  let text: String
  /// Null where the body isn't JSON.
  let json: JSONValue

  init(_ response: Response) async throws {
    let body = CollectedBody()
    try await response.body.write(body)
    status = response.status
    headers = response.headers
    text = String(buffer: body.buffer)
    json = headers[.contentType] == "application/json" ? try JSONValue(parsing: Array(text.utf8)) : .null
  }
}

/// Keeps what is written into it.
private final class CollectedBody: ResponseBodyWriter {
  private(set) var buffer = ByteBuffer()

  func write(_ buffer: ByteBuffer) async throws { self.buffer.writeImmutableBuffer(buffer) }

  func finish(_ trailingHeaders: HTTPFields?) async throws {}
}

extension RequestMiddleware {
  /// What a client gets of a handler.
  func answer(
    to request: Request = Request(
      head: HTTPRequest(method: .get, scheme: "http", authority: "localhost", path: "/"),
      body: RequestBody(buffer: .init())),
    logger: Logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
    from handler: (Request, APIContext) async throws -> Response
  ) async throws -> Answer {
    let context = APIContext(source: ApplicationRequestContextSource(channel: EmbeddedChannel(), logger: logger))
    return try await Answer(handle(request, context: context, next: handler))
  }
}
