import HTTPTypes
import JSON
import Testing

@testable import onboarding_api

@Suite struct IdempotencyKeyTests {
  @Test(arguments: ["Idempotency-Key", "X-Idempotency-Key", "idempotency-key"])
  func `a key comes in either header`(name: String) throws {
    let key = try IdempotencyKey(Self.headers([(name, "8e03978e-40d5-43dd-bc93-6894a57f9324")]))
    #expect(key?.text == "8e03978e-40d5-43dd-bc93-6894a57f9324")
  }

  @Test func `the same key in both headers is one key`() throws {
    #expect(try IdempotencyKey(Self.headers([("Idempotency-Key", "a"), ("X-Idempotency-Key", "a")]))?.text == "a")
    #expect(try IdempotencyKey(HTTPFields()) == nil)
  }

  @Test(arguments: [
    [("Idempotency-Key", "")], [("Idempotency-Key", "a b")], [("Idempotency-Key", "ä")],
    [("X-Idempotency-Key", String(repeating: "k", count: 256))],
    [("Idempotency-Key", "a"), ("X-Idempotency-Key", "b")],
    [("Idempotency-Key", "a"), ("Idempotency-Key", "b")],
  ])
  func `what is no key is refused`(fields: [(String, String)]) {
    let error = #expect(throws: APIError.self) { try IdempotencyKey(Self.headers(fields)) }
    #expect(error?.type == "validation_error")
    #expect(error?.extra["fields"]?["Idempotency-Key"] != nil)
  }

  private static func headers(_ fields: [(String, String)]) throws -> HTTPFields {
    var headers = HTTPFields()
    for (name, value) in fields {
      headers.append(HTTPField(name: try #require(HTTPField.Name(name)), value: value))
    }
    return headers
  }
}
