import HTTPTypes
import Hummingbird
import JSON
import Locking
import NIOCore
import NIOEmbedded
import Repository
import Testing

@testable import onboarding_api

/// What is refused for how much else is asked.
@Suite struct EdgeLimitTests {
  let api = RouterTests()

  @Test func `an address may ask so often, whatever it asks`() async throws {
    var edge = EdgeSettings()
    edge.elapsed = { .zero }
    edge.addressRate = 3
    let responder = try await api.router(scopes: [], edge: edge).buildResponder()
    var statuses: [Int] = []
    for path in ["/v1/secrets", "/nowhere", "/v1/agents", "/v1/secrets", "/nowhere"] {
      let answer = try await api.send(path, token: APIKey.generate().exposed(), to: responder)
      statuses.append(answer.status.code)
      guard answer.status == .tooManyRequests else { continue }
      #expect(answer.json["error"]?["type"] == "rate_limited")
      #expect(answer.headers[.retryAfter] == "1")
    }
    #expect(statuses == [403, 404, 403, 429, 429])
    #expect(try await api.send("/healthz", to: responder).status == .ok)
  }

  @Test func `who fails to authenticate too often is heard no more, with a right key neither`() async throws {
    var edge = EdgeSettings()
    edge.elapsed = { .zero }
    edge.failureRate = 3
    let responder = try await api.router(scopes: [], edge: edge).buildResponder()
    for token in ["x", nil, "tk_live_"] {
      #expect(try await api.send("/v1/secrets", token: token, to: responder).status == .unauthorized)
    }
    for token in [APIKey.generate().exposed(), "x"] {
      let answer = try await api.send("/v1/secrets", token: token, to: responder)
      #expect(answer.status == .tooManyRequests)
      #expect(answer.headers[.retryAfter] == "20")
    }
    #expect(try await api.send("/metrics", to: responder).status == .ok)
  }

  @Test func `what was let in and then refused doesn't count as a failure to authenticate`() async throws {
    var edge = EdgeSettings()
    edge.elapsed = { .zero }
    edge.failureRate = 1
    let responder = try await api.router(scopes: [], edge: edge).buildResponder()
    for _ in 0..<5 {
      let answer = try await api.send("/v1/secrets", token: APIKey.generate().exposed(), to: responder)
      #expect(answer.status == .forbidden)
    }
  }

  @Test func `each key may ask so often for itself`() async throws {
    var edge = EdgeSettings()
    edge.elapsed = { .zero }
    edge.keyRate = 2
    let responder = try await api.router(scopes: [], edge: edge).buildResponder()
    for key in [APIKey.generate(), APIKey.generate()] {
      var statuses: [Int] = []
      for _ in 0..<3 {
        statuses.append(try await api.send("/v1/secrets", token: key.exposed(), to: responder).status.code)
      }
      #expect(statuses == [403, 403, 429])
    }
  }

  @Test func `no more requests are under way than there may be, and each that ends makes room`() async throws {
    let limit = AdmissionLimit(1)
    let (gate, open) = AsyncStream.makeStream(of: Void.self)
    let (entered, enter) = AsyncStream.makeStream(of: Void.self)
    let first = Task {
      try await Self.pass(limit) {
        enter.yield()
        for await _ in gate { break }
      }
    }
    for await _ in entered { break }
    let error = await #expect(throws: APIError.self) { try await Self.pass(limit) {} }
    #expect(error?.status == .serviceUnavailable)
    #expect(error?.retryAfter == 1)
    open.yield()
    try await first.value
    try await Self.pass(limit) {}
    await #expect(throws: CancellationError.self) { try await Self.pass(limit) { throw CancellationError() } }
    try await Self.pass(limit) {}
  }

  private static func pass(_ limit: AdmissionLimit, _ body: () async throws -> Void) async throws {
    let request = Request(
      head: HTTPRequest(method: .get, scheme: "http", authority: "localhost", path: "/"),
      body: RequestBody(buffer: ByteBuffer()))
    let context = APIContext(
      source: ApplicationRequestContextSource(channel: EmbeddedChannel(), logger: RouterTests.logger))
    _ = try await limit.handle(request, context: context) { _, _ in
      try await body()
      return Response(json: [:])
    }
  }
}

extension RouterTests {
  fileprivate func send(_ path: String, token: String? = nil, to responder: some HTTPResponder<APIContext>) async throws
    -> Answer
  {
    var headers = HTTPFields()
    headers[.authorization] = token.map { "Bearer \($0)" }
    let request = Request(
      head: HTTPRequest(method: .get, scheme: "http", authority: "localhost", path: path, headerFields: headers),
      body: RequestBody(buffer: ByteBuffer()))
    let context = APIContext(source: ApplicationRequestContextSource(channel: EmbeddedChannel(), logger: Self.logger))
    return try await Answer(responder.respond(to: request, context: context))
  }
}
