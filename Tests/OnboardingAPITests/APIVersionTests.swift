import HTTPTypes
import Hummingbird
import JSON
import NIOCore
import Testing

@testable import onboarding_api

@Suite struct APIVersionTests {
  @Test(arguments: ["2025-01-01", "2024-02-29", "2000-02-29", "0001-01-01", "9999-12-31", "2026-11-30"])
  func `a date is echoed, also one to come`(text: String) async throws {
    let answer = try await answer(to: text)
    #expect(answer.status == .ok)
    #expect(answer.headers[.apiVersion] == text)
  }

  @Test(arguments: [
    "", "latest", "1", "2025-1-1", "2025-01-32", "2025-00-01", "2025-13-01", "2025-02-29", "1900-02-29", "2025-04-31",
    "2025-01-01T00:00:00Z", "2025/01/01", "20250101", "+025-01-01", "２025-01-01", "2025-01-00",
  ])
  func `anything else is refused, and not echoed`(text: String) async throws {
    let answer = try await answer(to: text)
    #expect(answer.status == .badRequest)
    #expect(answer.json["error"]?["type"] == "validation_error")
    #expect(answer.json["error"]?["fields"]?["KnoxCall-Version"] != nil)
    #expect(answer.headers[.apiVersion] == nil)
  }

  @Test func `who names none gets none`() async throws {
    #expect(try await answer(to: nil).headers[.apiVersion] == nil)
  }

  private func answer(to version: String?) async throws -> Answer {
    var headers = HTTPFields()
    headers[.apiVersion] = version
    let request = Request(
      head: HTTPRequest(method: .get, scheme: "http", authority: "localhost", path: "/", headerFields: headers),
      body: RequestBody(buffer: ByteBuffer()))
    return try await RequestMiddleware().answer(to: request) { _, _ in Response(json: ["ok": true]) }
  }
}
