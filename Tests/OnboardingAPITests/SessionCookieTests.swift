import HTTPTypes
import Hummingbird
import NIOCore
import Testing

@testable import onboarding_api

@Suite struct SessionCookieTests {
  @Test func `the cookie is for our own pages, and out of the reach of scripts`() {
    let text = SessionCookie.holding("a.b-c_d", for: 3600).description
    #expect(text.hasPrefix("__Host-tenant-kms=a.b-c_d;"))
    for attribute in ["Max-Age=3600", "Path=/", "Secure", "HttpOnly", "SameSite=Strict"] {
      #expect(text.contains("; \(attribute)"), "\(text)")
    }
    #expect(!text.contains("Domain"))
    #expect(SessionCookie.none.description.contains("Max-Age=0"))
  }

  @Test func `a read needs the cookie alone`() throws {
    #expect(try request(.get, [:]).adminToken() == "token")
  }

  @Test(
    arguments: [
      [:], ["X-KnoxCall-CSRF": "0"], ["X-KnoxCall-CSRF": "1", "Sec-Fetch-Site": "cross-site"],
      ["X-KnoxCall-CSRF": "1", "Sec-Fetch-Site": "same-site"], ["X-KnoxCall-CSRF": "1", "Sec-Fetch-Site": "none"],
      ["X-KnoxCall-CSRF": "1", "Origin": "https://evil.example"], ["X-KnoxCall-CSRF": "1", "Origin": "null"],
      ["X-KnoxCall-CSRF": "1", "Origin": "https://kms.example.evil.example"],
      ["X-KnoxCall-CSRF": "1", "Origin": "kms.example"], ["X-KnoxCall-CSRF": "1", "Origin": ""],
      ["Sec-Fetch-Site": "same-origin"],
    ] as [[String: String]], [.post, .put, .delete, .patch] as [HTTPRequest.Method])
  func `a write with the cookie is refused unless our own page made it`(
    headers: [String: String], method: HTTPRequest.Method
  ) throws {
    let error = #expect(throws: APIError.self) { try request(method, headers).adminToken() }
    #expect(error?.status == .forbidden)
  }

  @Test(
    arguments: [
      ["X-KnoxCall-CSRF": "1"], ["X-KnoxCall-CSRF": "1", "Sec-Fetch-Site": "same-origin"],
      ["X-KnoxCall-CSRF": "1", "Origin": "https://kms.example"],
    ] as [[String: String]])
  func `a write of our own page passes`(headers: [String: String]) throws {
    #expect(try request(.post, headers).adminToken() == "token")
  }

  @Test func `a token in the header counts, whatever cookie comes along`() throws {
    #expect(try request(.post, ["Authorization": "Bearer other"]).adminToken() == "other")
    #expect(throws: APIError.self) { try request(.get, ["Authorization": "Basic other"]).adminToken() }
    let bare = Request(
      head: HTTPRequest(method: .get, scheme: "https", authority: "kms.example", path: "/"),
      body: RequestBody(buffer: .init()))
    #expect(throws: APIError.self) { try bare.adminToken() }
  }

  private func request(_ method: HTTPRequest.Method, _ headers: [String: String]) -> Request {
    var fields: HTTPFields = [.cookie: "other=1; __Host-tenant-kms=token"]
    for (name, value) in headers { fields[HTTPField.Name(name) ?? .cookie] = value }
    return Request(
      head: HTTPRequest(method: method, scheme: "https", authority: "kms.example", path: "/", headerFields: fields),
      body: RequestBody(buffer: .init()))
  }
}
