import Cryptography
import JSON
import Repository
import Testing

@testable import onboarding_api

@Suite struct LoginBodyTests {
  @Test func `an address in any case and a password are enough`() throws {
    let body = try LoginBody(["email": "Ada@example.com", "password": "p\u{e4}ss"])
    #expect(body.email.text == "ada@example.com")
    #expect(body.password == SecretBytes(copying: "p\u{e4}ss".utf8))
  }

  @Test(
    arguments: [
      (["password": "hunter2"], "email"), (["email": "a@b"], "password"),
      (["email": 1, "password": "hunter2"], "email"),
      (["email": "a", "password": "hunter2"], "email"), (["email": "a@b", "password": ["hunter2"]], "password"),
      (["email": "a@b", "password": ""], "password"),
      (["email": "a@b", "password": .string(String(repeating: "hunter2", count: 37))], "password"),
      (["email": "a@b", "password": "hunter2\u{0}"], "password"),
      (["email": "a@b", "password": "hunter2", "hunter2!": 1], "hunter2!"),
    ] as [(JSONValue, String)])
  func `what doesn't fit is named, and never repeated`(body: JSONValue, field: String) {
    let error = #expect(throws: APIError.self) { try LoginBody(body) }
    #expect(error?.type == "invalid_request")
    #expect(error?.extra["fields"]?[field] != nil)
    if field != "hunter2!" { #expect(error.map { "\($0)" }?.contains("hunter2") == false) }
  }

  @Test(arguments: ["[]", "\"x\"", "null"] as [String])
  func `a body is an object`(text: String) throws {
    let json = try JSONValue(parsing: Array(text.utf8))
    #expect(throws: APIError.self) { try LoginBody(json) }
  }
}
