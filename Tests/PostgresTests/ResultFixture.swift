import CLibpq
import Glibc
import Testing

@testable import Postgres

/// Rows as libpq would have received them, made without a server.
func makeRows(_ columns: [(name: String, type: PostgresType)], _ rows: [[[UInt8]?]]) throws -> PostgresRows {
  let result = try #require(PQmakeEmptyPGresult(nil, PGRES_TUPLES_OK))
  let handle = ResultHandle(owning: result)
  let names = columns.map { strdup($0.name) }
  defer { names.forEach { free($0) } }
  var attributes = zip(names, columns).map { name, column in
    PGresAttDesc(
      name: name, tableid: 0, columnid: 0, format: 1, typid: column.type.rawValue, typlen: -1, atttypmod: -1)
  }
  try #require(PQsetResultAttrs(result, CInt(columns.count), &attributes) == 1)
  for (row, cells) in rows.enumerated() {
    for (column, cell) in cells.enumerated() {
      var bytes = (cell ?? []).map { CChar(bitPattern: $0) }
      try #require(PQsetvalue(result, CInt(row), CInt(column), &bytes, cell == nil ? -1 : CInt(bytes.count)) == 1)
    }
  }
  return PostgresRows(handle, columns: PostgresColumns(handle))
}

/// Decodes one cell.
func decode<Value: PostgresDecodable>(
  _ bytes: [UInt8]?, _ type: PostgresType, as: Value.Type = Value.self
) throws -> Value {
  try makeRows([("value", type)], [[bytes]])[0].get("value")
}

/// The bytes that a parameter is sent as; nil for NULL.
func encode(_ value: PostgresValue) throws -> [UInt8]? {
  let buffer = try ParameterBuffer([value])
  return buffer.ranges[0].map { Array(buffer.bytes[$0]) }
}
