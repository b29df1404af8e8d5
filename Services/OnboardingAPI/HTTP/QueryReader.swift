import HummingbirdCore

/// Reads the parameters of a query and collects everything that is wrong with them.
struct QueryReader {
  private let uri: URI
  private var reasons: [String: [String]] = [:]

  init(_ uri: URI) { self.uri = uri }

  mutating func refuse(_ name: String, _ reason: String) { reasons[name, default: []].append(reason) }

  /// - Throws: 400 `validation_error` where something was wrong.
  func finish() throws(APIError) {
    guard reasons.isEmpty else { throw .validation("the query doesn't fit", fields: reasons) }
  }

  /// A text without control characters, which PostgreSQL's text takes.
  /// - Parameter length: in Unicode scalar values.
  mutating func text(_ name: String, length: ClosedRange<Int>) -> String? {
    guard let text = value(name) else { return nil }
    if !length.contains(text.unicodeScalars.count) {
      refuse(name, "must have \(length.lowerBound) to \(length.upperBound) characters")
    }
    if text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) {
      refuse(name, "must not contain control characters")
    }
    return text
  }

  mutating func number(_ name: String, default standard: Int64, bounds: ClosedRange<Int64>) -> Int64 {
    guard let text = value(name) else { return standard }
    guard let number = Int64(text), bounds.contains(number) else {
      refuse(name, "must be a whole number from \(bounds.lowerBound) to \(bounds.upperBound)")
      return standard
    }
    return number
  }

  private mutating func value(_ name: String) -> String? {
    let values = uri.queryParameters[values: name[...]]
    if values.count > 1 { refuse(name, "is there \(values.count) times") }
    return values.first.map { String($0) }
  }
}
