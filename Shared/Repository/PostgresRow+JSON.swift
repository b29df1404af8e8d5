import JSON
import Postgres

extension PostgresRow {
  /// A `jsonb` column that we wrote ourselves.
  func json(_ column: String) throws -> JSONValue {
    try JSONValue(parsing: get(column, as: [UInt8].self))
  }
}
