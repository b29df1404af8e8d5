import HTTPTypes
import Hummingbird

/// The version of the published API that a client was written for: a date, in `KnoxCall-Version`.
///
/// There is one behaviour so far, so any date is as good as another, also one that hasn't come yet.
struct APIVersion: Sendable, Equatable {
  let text: String

  /// Nil for what is no date of the calendar, written as in 2026-01-31.
  init?(_ text: String) {
    let bytes = Array(text.utf8.prefix(11))
    guard bytes.count == 10, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
      let year = Self.number(bytes[0..<4]), let month = Self.number(bytes[5..<7]),
      let day = Self.number(bytes[8..<10]), (1...12).contains(month)
    else { return nil }
    let isLeap = year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400))
    let days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    guard (1...days[month - 1]).contains(day) else { return nil }
    self.text = text
  }

  /// The version that a request names; nil where it names none.
  /// - Throws: 400 `validation_error` where it isn't a date, or stands there twice.
  init?(of request: Request) throws(APIError) {
    guard request.headers.contains(.apiVersion) else { return nil }
    guard let version = request.headers.only(.apiVersion).flatMap({ APIVersion($0) }) else {
      throw .validation(
        "a header doesn't fit", fields: ["KnoxCall-Version": ["must be a date, such as 2026-01-31"]])
    }
    self = version
  }

  private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
    var value = 0
    for digit in digits {
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
      value = value * 10 + Int(digit - UInt8(ascii: "0"))
    }
    return value
  }
}

extension HTTPField.Name {
  /// `KnoxCall-Version`.
  static let apiVersion = Self("KnoxCall-Version") ?? .accept
}
