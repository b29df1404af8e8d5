import JSON
import Testing

@testable import onboarding_api

@Suite struct AgentBodyTests {
  @Test func `a name is enough`() throws {
    let body = try AgentBody(["name": "build server"])
    #expect(body.name == "build server")
    #expect(!body.requiresVerifiedBuild)
    #expect(try AgentBody(["name": "n", "require_verified_build": true]).requiresVerifiedBuild)
  }

  @Test(
    arguments: [
      ("name", nil, "is required"), ("name", "", "must have 1 to 255 characters"),
      ("name", 7, "must be a string, is a number"),
      ("name", "a\nb", "must not contain control characters"), ("name", "a\u{0}b", "must not contain U+0000"),
      ("require_verified_build", "yes", "must be a boolean, is a string"), ("secret", "x", "is not known here"),
    ] as [(String, JSONValue?, String)])
  func `a member that doesn't fit is named with its reason`(name: String, value: JSONValue?, reason: String) {
    var members: [String: JSONValue] = ["name": "n"]
    members[name] = value
    let error = #expect(throws: APIError.self) { try AgentBody(.object(members)) }
    #expect(error?.type == "validation_error")
    #expect(error?.extra["fields"]?[name] == [.string(reason)])
  }
}
