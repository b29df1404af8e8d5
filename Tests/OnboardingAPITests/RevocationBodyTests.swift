import JSON
import Testing

@testable import onboarding_api

@Suite struct RevocationBodyTests {
  @Test func `nothing is erased unless told`() throws {
    let body = try RevocationBody(["confirm": "acme"])
    #expect(body.confirmation == "acme")
    #expect(!body.erases)
    #expect(try RevocationBody(["confirm": "acme", "erase": true]).erases)
    #expect(try !RevocationBody(["confirm": "acme", "erase": false]).erases)
  }

  @Test(
    arguments: [
      ([:], "confirm"), (["confirm": 7], "confirm"), (["confirm": .null], "confirm"),
      (["confirm": "acme", "erase": "yes"], "erase"), (["confirm": "acme", "erase": 1], "erase"),
      (["confirm": "acme", "erases": true], "erases"),
      (["confirm": .string(String(repeating: "a", count: 256))], "confirm"),
    ] as [(JSONValue, String)])
  func `a body that could be misread is refused`(json: JSONValue, field: String) {
    let error = #expect(throws: APIError.self) { try RevocationBody(json) }
    #expect(error?.type == "invalid_request")
    #expect(error?.extra["fields"]?[field] != nil)
  }

  @Test(arguments: [[], "acme", true, .null] as [JSONValue])
  func `what is no object is refused`(json: JSONValue) {
    #expect(throws: APIError.self) { try RevocationBody(json) }
  }
}
