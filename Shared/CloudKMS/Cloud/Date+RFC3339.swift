internal import FoundationEssentials

extension Date {
  /// Reads a time as of RFC 3339, whose fraction of a second is passed over; nil where the text is none.
  init?(rfc3339 text: String) {
    do {
      try self.init(text.replacing(/\.[0-9]{1,9}(?=[Zz+-])/, with: "", maxReplacements: 1), strategy: .iso8601)
    } catch { return nil }
  }

  /// The day in UTC: `2026-12-24`.
  var day: String { formatted(.iso8601.year().month().day()) }
}
