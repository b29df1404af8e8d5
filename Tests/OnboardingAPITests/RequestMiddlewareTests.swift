import FoundationEssentials
import HTTPTypes
import Hummingbird
import JSON
import Locking
import Logging
import Monitoring
import NIOCore
import ServiceKit

import Testing
import TracePropagation

@testable import onboarding_api

@Suite struct RequestMiddlewareTests {
  struct Leak: Error, CustomStringConvertible {
    let description = "password=hunter2 in SELECT secret FROM table at /src/File.swift:12"
  }

  @Test func `a defect of ours is told as one, and nothing more`() async throws {
    let answer = try await RequestMiddleware().answer { _, _ in throw Leak() }
    #expect(answer.status == .internalServerError)
    #expect(answer.json["error"]?["type"] == "internal_error")
    #expect(answer.json["error"]?["message"] == "an error on our side; name the request id when you report it")
    #expect(!answer.json.canonicalText.contains("hunter2"))
  }

  @Test func `the log has what the client isn't told, under the same id`() async throws {
    let lines = Guarded<[String]>([])
    let logger = Logger(label: "test") { label in
      JSONLogHandler(label: label) { line in lines.withLock { $0.append(line) } }
    }
    let answer = try await RequestMiddleware().answer(logger: logger) { _, _ in throw Leak() }
    let failed = try #require(lines.withLock { $0.first })
    let line = try JSONValue(parsing: Array(failed.utf8))
    #expect(line["request_id"] == answer.json["error"]?["request_id"])
    #expect(line["error"]?.string?.contains("/src/File.swift") == true)
  }

  @Test func `a request goes on with its caller's trace, or begins one`() async throws {
    let caller = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    for (header, expected) in [(caller, "4bf92f3577b34da6a3ce929d0e0e4736"), ("nonsense", nil)] {
      let request = Request(
        head: HTTPRequest(
          method: .get, scheme: "http", authority: "localhost", path: "/", headerFields: [.traceParent: header]),
        body: RequestBody(buffer: ByteBuffer()))
      let seen = Guarded<TraceContext?>(nil)
      _ = try await RequestMiddleware().answer(to: request) { _, _ in
        seen.withLock { $0 = TraceContext.current }
        return Response(json: ["ok": true])
      }
      let trace = try #require(seen.withLock { $0 })
      #expect(expected == nil || trace.traceID == expected)
      #expect(trace.spanID != "00f067aa0ba902b7")
    }
    #expect(TraceContext.current == nil)
  }

  @Test func `requests are counted by route, whatever the client makes up`() async throws {
    let metrics = MetricRegistry()
    let request = Request(
      head: HTTPRequest(method: .init("MADEUP") ?? .get, scheme: "http", authority: "localhost", path: "/made/up"),
      body: RequestBody(buffer: ByteBuffer()))
    _ = try await RequestMiddleware(metrics: metrics).answer(to: request) { _, _ in throw APIError.notFound() }
    let text = await metrics.text()
    #expect(text.contains(#"tenant_kms_http_requests_total{method="any",route="none",status="404"} 1"#))
    #expect(text.contains(#"tenant_kms_http_request_seconds_count{method="any",route="none"} 1"#))
  }

  @Test func `every answer has an id of ours, whatever the client sends, and is never stored`() async throws {
    let request = Request(
      head: HTTPRequest(
        method: .get, scheme: "http", authority: "localhost", path: "/",
        headerFields: [.requestID: "chosen by the client"]), body: RequestBody(buffer: ByteBuffer()))
    let answer = try await RequestMiddleware().answer(to: request) { _, _ in Response(json: ["ok": true]) }
    let id = try #require(answer.headers[.requestID])
    #expect(UUID(uuidString: id) != nil)
    #expect(answer.headers[.cacheControl] == "no-store")
    let failed = try await RequestMiddleware().answer { _, _ in throw APIError.notFound() }
    #expect(failed.headers[.requestID] == failed.json["error"]?["request_id"]?.string)
    #expect(failed.headers[.requestID] != id)
  }

  @Test(arguments: [false, true])
  func `every answer tells browsers to keep, guess, load and frame nothing`(isSecure: Bool) async throws {
    let middleware = RequestMiddleware(isSecure: isSecure)
    let answers = [
      try await middleware.answer { _, _ in Response(json: ["ok": true]) },
      try await middleware.answer { _, _ in throw Leak() },
      try await middleware.answer { _, _ in throw APIError.notFound() },
    ]
    for answer in answers {
      #expect(answer.headers[.cacheControl] == "no-store")
      #expect(answer.headers[.xContentTypeOptions] == "nosniff")
      #expect(answer.headers[.referrerPolicy] == "same-origin")
      #expect(answer.headers[.contentSecurityPolicy] == "default-src 'none'; frame-ancestors 'none'")
      #expect((answer.headers[.strictTransportSecurity] != nil) == isSecure)
    }
    let page = try await middleware.answer { _, _ in
      Response(status: .ok, headers: [.contentSecurityPolicy: "default-src 'self'"])
    }
    #expect(page.headers[.contentSecurityPolicy] == "default-src 'self'")
  }

  @Test func `the framework's own refusals have our form`() async throws {
    for (status, type) in [
      (HTTPResponse.Status.notFound, "not_found"), (.contentTooLarge, "invalid_request"),
      (.badRequest, "invalid_request"),
    ] {
      let answer = try await RequestMiddleware().answer { _, _ in throw HTTPError(status) }
      #expect(answer.status == status)
      #expect(answer.json["error"]?["type"]?.string == type)
    }
  }

  @Test func `a body is refused before it is read where its length says so, else once it is too long`() async throws {
    let long = ByteBuffer(repeating: UInt8(ascii: " "), count: 11)
    for headers in [[:], [.contentLength: "11"]] as [HTTPFields] {
      let answer = try await RequestMiddleware().answer(to: request(long, headers)) { request, _ in
        Response(json: try await request.json(limit: 10))
      }
      #expect(answer.status == .contentTooLarge)
    }
    let answer = try await RequestMiddleware().answer(to: request(ByteBuffer(string: "[1]"))) { request, _ in
      Response(json: try await request.json(limit: 10))
    }
    #expect(answer.json == [1])
  }

  @Test func `a body that is no JSON says where, not what`() async throws {
    let answer = try await RequestMiddleware().answer(to: request(ByteBuffer(string: #"{"a":hunter2}"#))) {
      request, _ in
      Response(json: try await request.json(limit: 100))
    }
    #expect(answer.status == .badRequest)
    #expect(answer.json["error"]?["type"] == "validation_error")
    #expect(!answer.json.canonicalText.contains("hunter2"))
  }

  @Test(arguments: [nil, "", "Bearer", "Bearer ", "Basic dXNlcg==", "token"])
  func `a request without a bearer token is asked for one`(header: String?) async throws {
    var headers = HTTPFields()
    headers[.authorization] = header
    let answer = try await RequestMiddleware().answer(to: request(ByteBuffer(), headers)) { request, _ in
      Response(json: .string(try request.bearerToken()))
    }
    #expect(answer.status == .unauthorized)
    #expect(answer.json["error"]?["type"] == "authentication_error")
  }

  @Test(arguments: ["Bearer abc", "bearer abc", "BEARER abc"])
  func `the scheme's letters may be of any size`(header: String) async throws {
    let answer = try await RequestMiddleware().answer(to: request(ByteBuffer(), [.authorization: header])) {
      request, _ in
      Response(json: .string(try request.bearerToken()))
    }
    #expect(answer.json == "abc")
  }

  /// What stands before us may look at the one, and we at the other.
  @Test func `of two bearer tokens none is taken`() async throws {
    var headers = HTTPFields()
    for token in ["abc", "def"] { headers.append(HTTPField(name: .authorization, value: "Bearer \(token)")) }
    let answer = try await RequestMiddleware().answer(to: request(ByteBuffer(), headers)) { request, _ in
      Response(json: .string(try request.bearerToken()))
    }
    #expect(answer.status == .unauthorized)
  }

  private func request(_ body: ByteBuffer, _ headers: HTTPFields = [:]) -> Request {
    Request(
      head: HTTPRequest(method: .post, scheme: "http", authority: "localhost", path: "/", headerFields: headers),
      body: RequestBody(buffer: body))
  }
}
