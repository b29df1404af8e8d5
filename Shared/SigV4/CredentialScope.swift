internal import FoundationEssentials

/// When and for what a signature holds: the timestamp, and `date/region/service/aws4_request`.
struct CredentialScope {
  /// The day since 1970-01-01, in UTC.
  let day: Int
  /// The time as AWS writes it: `20150830T123600Z`.
  let timestamp: String
  /// `20150830/us-east-1/service/aws4_request`.
  let text: [UInt8]

  /// The length of `20150830`, with which both texts begin.
  static let dateByteCount = 8

  init(_ instant: Date, region: String, service: String) throws(SigV4Error) {
    let seconds = instant.timeIntervalSince1970
    // The last second of the year 9999, the last that four digits can tell.
    guard (0..<253_402_300_800).contains(seconds) else {
      throw SigV4Error(.invalidDate, "the date lies outside of the years 1970 to 9999")
    }
    let (day, secondOfDay) = Int(seconds).quotientAndRemainder(dividingBy: 86400)
    self.day = day
    let date = Self.civilDate(day)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(64)
    bytes.appendDecimal(date.year, digits: 4)
    bytes.appendDecimal(date.month, digits: 2)
    bytes.appendDecimal(date.day, digits: 2)
    bytes.append(UInt8(ascii: "T"))
    bytes.appendDecimal(secondOfDay / 3600, digits: 2)
    bytes.appendDecimal(secondOfDay / 60 % 60, digits: 2)
    bytes.appendDecimal(secondOfDay % 60, digits: 2)
    bytes.append(UInt8(ascii: "Z"))
    timestamp = String(ascii: bytes)
    bytes.removeLast(bytes.count - Self.dateByteCount)
    for part in [region, service, "aws4_request"] {
      bytes.append(.slash)
      bytes.append(part)
    }
    text = bytes
  }

  /// The Gregorian date of a day since 1970-01-01.
  ///
  /// A formatter of Foundation's costs more than the whole signature. This counts in years that begin in March, so that
  /// the leap day is the last day of a year: 400 of them have 146097 days, and 5 months from March on have 153.
  private static func civilDate(_ daysSince1970: Int) -> (year: Int, month: Int, day: Int) {
    let days = daysSince1970 + 719_468
    let (era, dayOfEra) = days.quotientAndRemainder(dividingBy: 146_097)
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    return (year, month, dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
  }
}
