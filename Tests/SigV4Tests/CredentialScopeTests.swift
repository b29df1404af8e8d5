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

  @Test func agreesWithTheCalendarOnEveryDayOfFourCenturies() throws {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = .gmt
    for day in stride(from: 0, to: 146_097, by: 1) {
      let date = Date(timeIntervalSince1970: Double(day) * 86400)
      let parts = calendar.dateComponents([.year, .month, .day], from: date)
      let timestamp = try scope(Double(day) * 86400).timestamp
      let number = (parts.year ?? 0) * 10000 + (parts.month ?? 0) * 100 + (parts.day ?? 0)
      guard timestamp == "\(number)T000000Z" else {
        Issue.record("day \(day) is \(number), not \(timestamp)")
        return
      }
    }
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
