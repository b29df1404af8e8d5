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
    var query = QueryReader(uri)
    page = query.number("page", default: 1, bounds: 1...1_000_000)
    perPage = Int32(query.number("per_page", default: 20, bounds: 1...100))
    try query.finish()
  }

  func meta(total: Int) -> [String: JSONValue] {
    [
      "total": .integer(total), "page": .integer(page), "per_page": .integer(perPage),
      "total_pages": .integer((total + Int(perPage) - 1) / Int(perPage)),
    ]
  }
}
