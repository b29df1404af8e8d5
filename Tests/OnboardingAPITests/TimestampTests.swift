import Foundation
import JSON
import Testing

@testable import onboarding_api

@Suite struct TimestampTests {
  @Test(arguments: [
    ("2030-01-31T00:00:00Z", 1_896_048_000), ("2030-01-31T00:00:00.250Z", 1_896_048_000.25),
    ("2030-01-31T01:00:00+01:00", 1_896_048_000), ("1969-12-31T23:59:59Z", -1),
    ("2030-01-30T23:30:00.5-00:30", 1_896_048_000.5), ("2028-02-29T00:00:00Z", 1_835_395_200),
    ("2030-01-31T00:00:00.000000Z", 1_896_048_000), ("0001-01-01T00:00:00Z", -62_135_769_600),
    ("9999-12-31T23:59:59.999Z", 253_402_300_799.999), ("2030-01-31T00:00:00+23:59", 1_895_961_660),
    ("2030-01-31T00:00:00-18:01", 1_896_112_860), ("2030-01-31T00:00:00-00:00", 1_896_048_000),
  ])
  func `a time of RFC 3339 is read`(text: String, seconds: Double) {
    #expect(Date(rfc3339: text)?.timeIntervalSince1970 == seconds)
  }

  @Test(arguments: [
    "", "2030-01-31", "00:00:00Z", "2030-01-31T00:00:00", "2030-02-30T00:00:00Z", "2030-13-01T00:00:00Z",
    "2030-01-31T25:00:00Z", "2030-01-31T00:00:00Zx", "x2030-01-31T00:00:00Z", "2029-02-29T00:00:00Z",
    "2030-00-01T00:00:00Z", "2030-01-00T00:00:00Z", "2030-01-31T23:60:00Z", "2030-01-31 00:00:00Z",
    "0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01", "9999-12-31T23:59:59.999999999Z", "0000-06-01T00:00:00Z",
    "2030-01-31T00:00:00.Z", "2030-01-31T00:00:00+24:00", "+2030-01-31T00:00:00Z", "٢٠٣٠-01-31T00:00:00Z",
  ])
  func `nothing else is`(text: String) {
    #expect(Date(rfc3339: text) == nil)
  }

  @Test func `times are written with their date and milliseconds`() {
    #expect(JSONValue.timestamp(Date(timeIntervalSince1970: 1_896_048_000.25)) == "2030-01-31T00:00:00.250Z")
    #expect(JSONValue.timestamp(nil) == .null)
  }

  /// Whichever way a time has come: from the clock, from another time, or from the database, which counts from 2000.
  @Test func `every millisecond is written as itself`() {
    let (start, epoch) = (1_896_048_000.0, 946_684_800.0)
    for millisecond in 0..<1_000 {
      let digits = String(1_000 + millisecond).dropFirst()
      for date in [
        Date(timeIntervalSince1970: start + Double(millisecond) / 1_000),
        Date(timeIntervalSince1970: start).addingTimeInterval(Double(millisecond) / 1_000),
        Date(timeIntervalSince1970: epoch).addingTimeInterval(
          Double(Int64(start - epoch) * 1_000_000 + Int64(millisecond) * 1_000) / 1e6),
      ] { #expect(String.timestamp(date) == "2030-01-31T00:00:00.\(digits)Z") }
    }
  }
}
