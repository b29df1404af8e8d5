import Foundation
import HTTPTypes
import JSON
import Testing

@testable import onboarding_api

@Suite struct SecretBodyTests {
  @Test func `a name and a value are enough`() throws {
    let body = try SecretBody(["name": "DATABASE PASSWORD", "value": "s"])
    #expect(body.name == "DATABASE_PASSWORD")
    #expect(body.value == "s")
    #expect(body.type == "string")
    #expect(body.baseEnvironment == "production")
    #expect(body.collectionID == nil && body.expiresAt == nil && !body.isExpiryStrict)
  }

  @Test func `everything may be given`() throws {
    let id = UUID()
    let body = try SecretBody([
      "name": "n", "value": "", "secret_type": "certificate", "base_environment": "staging",
      "collection_id": .string(id.uuidString), "expires_at": "2030-01-31T00:00:00Z", "strict_expiry_enforcement": true,
    ])
    #expect(body.type == "certificate")
    #expect(body.baseEnvironment == "staging")
    #expect(body.collectionID == id)
    #expect(body.expiresAt == Date(timeIntervalSince1970: 1_896_048_000))
    #expect(body.isExpiryStrict)
  }

  @Test func `null counts as absent`() throws {
    let body = try SecretBody([
      "name": "n", "value": "v", "secret_type": nil, "base_environment": nil, "collection_id": nil, "expires_at": nil,
      "strict_expiry_enforcement": nil,
    ])
    #expect(body.type == "string")
  }

  @Test(arguments: SecretBody.types)
  func `every type of the contract is known`(type: String) throws {
    #expect(try SecretBody(["name": "n", "value": "v", "secret_type": .string(type)]).type == type)
  }

  @Test(
    arguments: [
      ("name", nil, "is required"), ("name", .null, "is required"), ("name", "", "must have 1 to 255 characters"),
      ("name", .string(String(repeating: "é", count: 256)), "must have 1 to 255 characters"),
      ("name", 7, "must be a string, is a number"), ("name", "a\u{0}b", "must not contain U+0000"),
      ("name", "a\nb", "must not contain control characters"),
      ("value", nil, "is required"), ("value", ["a": 1], "must be a string, is an object"),
      ("value", .string(String(repeating: "a", count: (1 << 20) + 1)), "must have 0 to 1048576 bytes, has 1048577"),
      ("secret_type", "password", "must be one of string, api_key, basic_auth, custom, oauth2_token, certificate"),
      ("base_environment", "", "must have 1 to 64 characters"),
      ("base_environment", "a\u{0}", "must not contain U+0000"),
      ("collection_id", "7", "must be a UUID"), ("collection_id", 7, "must be a UUID"),
      ("expires_at", "tomorrow", "must be a time of RFC 3339, such as 2030-01-31T00:00:00Z"),
      ("expires_at", 1_896_048_000, "must be a time of RFC 3339, such as 2030-01-31T00:00:00Z"),
      ("strict_expiry_enforcement", "true", "must be a boolean, is a string"),
      ("colour", "red", "is not known here"),
    ] as [(String, JSONValue?, String)])
  func `a member that doesn't fit is named with its reason`(name: String, value: JSONValue?, reason: String) {
    var members: [String: JSONValue] = ["name": "n", "value": "v"]
    members[name] = value
    let error = #expect(throws: APIError.self) { try SecretBody(.object(members)) }
    #expect(error?.status == .badRequest)
    #expect(error?.type == "validation_error")
    #expect(error?.extra["fields"]?[name] == [.string(reason)])
  }

  @Test func `everything that is wrong is told at once`() {
    let error = #expect(throws: APIError.self) { try SecretBody(["value": 1, "x": 2]) }
    #expect(
      error?.extra["fields"] == [
        "name": ["is required"], "value": ["must be a string, is a number"], "x": ["is not known here"],
      ])
  }

  @Test(arguments: [.null, "text", 1, true, []] as [JSONValue])
  func `what is no object is refused`(body: JSONValue) {
    let error = #expect(throws: APIError.self) { try SecretBody(body) }
    #expect(error?.message == "the body must be an object, it is \(body.kind)")
  }

  @Test func `a value holds any text, up to a mebibyte`() throws {
    for value in ["\u{0}", "🔑", String(repeating: "a", count: 1 << 20)] {
      #expect(try SecretBody(["name": "n", "value": .string(value)]).value == value)
    }
  }

  @Test func `no value is repeated in an error`() {
    let error = #expect(throws: APIError.self) { try SecretBody(["name": 1, "value": ["hunter2"], "x": "hunter2"]) }
    #expect(error.map { "\($0)".contains("hunter2") } == false)
  }
}
