internal import FoundationEssentials

/// When and for what a signature holds: the timestamp, and `date/region/service/aws4_request`.
struct CredentialScope {
  /// The time as AWS writes it: `20150830T123600Z`.
  let timestamp: String
  /// Its day: `20150830`.
  let date: String
  /// `20150830/us-east-1/service/aws4_request`.
  let text: String

  init(_ instant: Date, region: String, service: String) throws(SigV4Error) {
    let seconds = instant.timeIntervalSince1970
    // The last second of the year 9999, the last that four digits can tell.
    guard (0..<253_402_300_800).contains(seconds) else {
      throw SigV4Error(.invalidDate, "the date lies outside of the years 1970 to 9999")
    }
    let (days, secondOfDay) = Int(seconds).quotientAndRemainder(dividingBy: 86400)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(16)
    let day = Self.civilDay(days)
    bytes.appendDecimal(day.year, digits: 4)
    bytes.appendDecimal(day.month, digits: 2)
    bytes.appendDecimal(day.day, digits: 2)
    date = String(ascii: bytes)
    bytes.append(UInt8(ascii: "T"))
    bytes.appendDecimal(secondOfDay / 3600, digits: 2)
    bytes.appendDecimal(secondOfDay / 60 % 60, digits: 2)
    bytes.appendDecimal(secondOfDay % 60, digits: 2)
    bytes.append(UInt8(ascii: "Z"))
    timestamp = String(ascii: bytes)
    text = "\(date)/\(region)/\(service)/aws4_request"
  }

  /// The Gregorian date of a day since 1970-01-01.
  ///
  /// A formatter of Foundation's costs more than the whole signature. This counts in years that begin in March, so that
  /// the leap day is the last day of a year: 400 of them have 146097 days, and 5 months from March on have 153.
  private static func civilDay(_ daysSince1970: Int) -> (year: Int, month: Int, day: Int) {
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

extension [UInt8] {
  /// Appends the last digits of a number that isn't negative, with leading zeros.
  fileprivate mutating func appendDecimal(_ number: Int, digits: Int) {
    var divisor = 1
    for _ in 1..<digits { divisor *= 10 }
    while divisor > 0 {
      append(UInt8(ascii: "0") + UInt8(number / divisor % 10))
      divisor /= 10
    }
  }
}
