import HummingbirdCore
import JSON
import Testing

@testable import onboarding_api

@Suite struct SearchTests {
  @Test(
    arguments: [
      ("/v1/secrets", nil), ("/v1/secrets?search=", nil), ("/v1/secrets?search=db", "db"),
      ("/v1/secrets?page=2&search=a%20%25_b", "a %_b"),
    ] as [(String, String?)])
  func `a search is read from the query, and an empty one asks for everything`(path: String, text: String?) throws {
    #expect(try Search(URI(path)).text == text)
  }

  @Test(arguments: ["search=a%00", "search=a&search=b", "search=" + String(repeating: "n", count: 256)])
  func `a text that no name can hold is refused`(query: String) {
    let error = #expect(throws: APIError.self) { try Search(URI("/v1/secrets?\(query)")) }
    #expect(error?.type == "validation_error" && error?.extra["fields"]?["search"] != nil)
    #expect(error?.inAdminsWords.type == "invalid_request")
    #expect(error?.inAdminsWords.extra == error?.extra)
  }
}
