/// One row of a result.
public struct PostgresRow: Sendable {
  let result: ResultHandle
  let columns: PostgresColumns
  let index: Int

  /// The value of the column at a position.
  /// - Throws: ``PostgresError`` with code `decoding`: no such column, NULL for a type that isn't optional, or another type.
  public subscript<Value: PostgresDecodable>(column: Int, as type: Value.Type) -> Value {
    get throws(PostgresError) {
      guard columns.names.indices.contains(column) else {
        throw PostgresError(.decoding, "no column \(column), there are \(columns.names.count)")
      }
      do {
        return try unsafe result.withCell(row: index, column: column) { cell throws(PostgresDecodingFailure) in
          guard let cell = unsafe cell else {
            guard let value = Value.valueForNull else { throw .null }
            return value
          }
          return try unsafe Value.decode(RawSpan(_unsafeBytes: cell), of: columns.types[column])
        }
      } catch {
        throw PostgresError(
          .decoding,
          "column \(columns.names[column]) of type \(columns.types[column]) as \(Value.self): \(error.description)")
      }
    }
  }

  /// The value of the column with a name.
  /// - Throws: ``PostgresError`` with code `decoding`: no such column, NULL for a type that isn't optional, or another type.
  public func get<Value: PostgresDecodable>(
    _ column: String, as type: Value.Type = Value.self
  ) throws(PostgresError) -> Value {
    guard let position = columns.index(of: column) else { throw PostgresError(.decoding, "no column \(column)") }
    return try self[position, as: type]
  }
}
