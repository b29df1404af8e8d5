import FoundationEssentials
import Testing

@testable import SigV4

@Suite struct CredentialScopeTests {
  private func scope(_ seconds: Double) throws -> CredentialScope {
    try CredentialScope(Date(timeIntervalSince1970: seconds), region: "eu-central-1", service: "sts")
  }

  @Test(arguments: [
    (0, "19700101T000000Z"), (951_782_400, "20000229T000000Z"), (1_440_938_160, "20150830T123600Z"),
    (1_709_251_199, "20240229T235959Z"), (1_709_251_200, "20240301T000000Z"), (4_107_542_399, "21000228T235959Z"),
    (4_107_542_400, "21000301T000000Z"), (253_402_300_799, "99991231T235959Z"),
  ])
  func writesTheTimeAsAWSDoes(seconds: Int, timestamp: String) throws {
    let scope = try scope(Double(seconds))
    #expect(scope.timestamp == timestamp)
    #expect(String(ascii: scope.text) == timestamp.prefix(8) + "/eu-central-1/sts/aws4_request")
  }

  @Test func knowsBothEndsOfEveryMonthOfFourCenturies() throws {
    var day = 0
    for year in 1970..<2370 {
      let isLeap = year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400))
      for (month, length) in [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31].enumerated() {
        let prefix = year * 10000 + (month + 1) * 100
        #expect(try scope(Double(day) * 86400).timestamp == "\(prefix + 1)T000000Z")
        day += length
        #expect(try scope(Double(day) * 86400 - 1).timestamp == "\(prefix + length)T235959Z")
      }
    }
    #expect(day == 146_097)
  }

  @Test func dropsFractionsOfASecond() throws {
    #expect(try scope(59.999).timestamp == "19700101T000059Z")
  }

  @Test(arguments: [-1, -0.5, 253_402_300_800, .infinity, -.infinity, .nan, .greatestFiniteMagnitude])
  func refusesADateOutOfRange(seconds: Double) {
    let error = #expect(throws: SigV4Error.self) { try scope(seconds) }
    #expect(error?.code == .invalidDate)
  }
}
