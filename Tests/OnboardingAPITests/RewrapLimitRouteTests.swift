import JSON
import Testing

@testable import onboarding_api

@Suite struct RewrapLimitRouteTests {
  @Test func `a limit is a whole number within bounds, or none`() throws {
    #expect(try RewrapLimitRoute.rate(in: ["rows_per_second": 1]) == 1)
    #expect(try RewrapLimitRoute.rate(in: ["rows_per_second": 100_000_000]) == 100_000_000)
    #expect(try RewrapLimitRoute.rate(in: ["rows_per_second": .null]) == nil)
  }

  @Test(
    arguments: [
      [:], [], .null, 5, ["rows_per_second": 0], ["rows_per_second": -1], ["rows_per_second": .number(1.5)],
      ["rows_per_second": "5"], ["rows_per_second": 100_000_001], ["rows_per_second": .number(1e300)],
      ["rows_per_second": 5, "tenant": "another"],
    ] as [JSONValue])
  func `anything else is told what would fit`(body: JSONValue) {
    let error = #expect(throws: APIError.self) { try RewrapLimitRoute.rate(in: body) }
    #expect(error?.type == "invalid_request")
    #expect(error?.message.contains("rows_per_second") == true || error?.extra["fields"] != nil)
  }

  @Test func `the command line takes a number or none`() {
    #expect(RewrapRateArgument(argument: "250")?.rate == 250)
    #expect(RewrapRateArgument(argument: "none") != nil)
    #expect(RewrapRateArgument(argument: "none")?.rate == nil)
    for text in ["", "0", "-1", "1.5", "fast", "100000001"] { #expect(RewrapRateArgument(argument: text) == nil) }
  }
}
