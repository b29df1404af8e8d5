import JSON
import Testing

@testable import onboarding_api

@Suite struct SecretValueBodyTests {
  @Test func `a value is enough, and the environment may be named`() throws {
    #expect(try SecretValueBody(["value": "s"]).value == "s")
    #expect(try SecretValueBody(["value": "s"]).environment == nil)
    #expect(try SecretValueBody(["value": "", "environment": "staging"]).environment == "staging")
    #expect(try SecretValueBody(["value": "s", "environment": nil]).environment == nil)
  }

  @Test(
    arguments: [
      ("value", nil, "is required"), ("value", .null, "is required"), ("value", 7, "must be a string, is a number"),
      ("value", .string(String(repeating: "a", count: (1 << 20) + 1)), "must have 0 to 1048576 bytes, has 1048577"),
      ("environment", "", "must have 1 to 64 characters"), ("environment", "a\u{0}", "must not contain U+0000"),
      ("name", "n", "is not known here"),
    ] as [(String, JSONValue?, String)])
  func `a member that doesn't fit is named with its reason`(name: String, value: JSONValue?, reason: String) {
    var members: [String: JSONValue] = ["value": "v"]
    members[name] = value
    let error = #expect(throws: APIError.self) { try SecretValueBody(.object(members)) }
    #expect(error?.type == "validation_error")
    #expect(error?.extra["fields"]?[name] == [.string(reason)])
  }
}
