import Foundation
import ServiceKit
import Testing

@Suite struct ConfigurationErrorTests {
  @Test func `it is a heading and a line for each problem`() {
    #expect(ConfigurationError(problems: ["A: missing"]).description == "configuration: 1 problem\n  A: missing")
    #expect(
      ConfigurationError(problems: ["A: missing", "B: missing"]).description
        == "configuration: 2 problems\n  A: missing\n  B: missing")
  }

  @Test func `its exit code is that of sysexits for a wrong configuration`() {
    #expect(ConfigurationError.exitCode == EX_CONFIG)
  }
}
