/// The columns of a result: described once for each prepared statement and shared by all its results.
final class PostgresColumns: Sendable {
  let names: [String]
  let types: [PostgresType]
  private let indexes: [String: Int]

  init(_ result: ResultHandle) {
    names = (0..<result.columnCount).map(result.columnName)
    types = (0..<result.columnCount).map(result.columnType)
    // The first of several columns of one name wins, as it does in libpq's PQfnumber.
    indexes = Dictionary(names.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
  }

  func index(of name: String) -> Int? { indexes[name] }
}
