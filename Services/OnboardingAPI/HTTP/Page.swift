import Hummingbird
import HummingbirdCore
import JSON

/// Which page of a list is asked for: `?page=1&per_page=20`.
struct Page: Sendable, Equatable {
  /// From 1.
  let page: Int64
  /// 1 to 100; 20 unless told.
  let perPage: Int32

  var offset: Int64 { (page - 1) * Int64(perPage) }

  /// - Throws: 400 `validation_error` where a number is none, or out of bounds.
  init(_ uri: URI) throws(APIError) {
    var reasons: [String: [String]] = [:]
    func number(_ name: String, default standard: Int64, bounds: ClosedRange<Int64>) -> Int64 {
      guard let text = uri.queryParameters[name[...]] else { return standard }
      guard let value = Int64(text), bounds.contains(value) else {
        reasons[name] = ["must be a whole number from \(bounds.lowerBound) to \(bounds.upperBound)"]
        return standard
      }
      return value
    }
    page = number("page", default: 1, bounds: 1...1_000_000)
    perPage = Int32(number("per_page", default: 20, bounds: 1...100))
    guard reasons.isEmpty else { throw .validation("the query doesn't fit", fields: reasons) }
  }

  func meta(total: Int) -> [String: JSONValue] {
    [
      "total": .integer(total), "page": .integer(page), "per_page": .integer(perPage),
      "total_pages": .integer((total + Int(perPage) - 1) / Int(perPage)),
    ]
  }
}
