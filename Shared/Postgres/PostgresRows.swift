/// The rows that a statement returned, in the server's binary format, decoded cell by cell when asked for.
///
/// They stay in the memory that libpq received them into, which is freed with the last reference to the rows or a row.
public struct PostgresRows: Sendable, RandomAccessCollection {
  let result: ResultHandle
  let columns: PostgresColumns

  /// 0, the index of the first row.
  public var startIndex: Int { 0 }

  /// The number of rows.
  public let endIndex: Int

  init(_ result: ResultHandle, columns: PostgresColumns) {
    self.result = result
    self.columns = columns
    endIndex = result.rowCount
  }

  /// The rows inserted, updated, deleted or selected; 0 for commands that touch none.
  public var affectedRows: Int { result.affectedRows ?? 0 }

  /// The columns' names, in order.
  public var columnNames: [String] { columns.names }

  /// The row at a position, which must be inside the bounds.
  public subscript(position: Int) -> PostgresRow {
    precondition(indices.contains(position), "row \(position) of \(endIndex)")
    return PostgresRow(result: result, columns: columns, index: position)
  }

  /// The position of a column, for loops over many rows.
  /// - Throws: ``PostgresError`` with code `decoding` if there is no such column.
  public func columnIndex(_ name: String) throws(PostgresError) -> Int {
    guard let index = columns.index(of: name) else {
      throw PostgresError(.decoding, "no column \(name)")
    }
    return index
  }

  /// Lends the bytes of a cell without copying them, an empty buffer for NULL.
  /// - Parameters:
  ///   - row: a row's position, inside the bounds.
  ///   - column: a column's position, inside the bounds.
  ///   - body: reads the bytes, in Postgres's binary format; they are valid only inside the call.
  public func withUnsafeBytes<Value, Failure: Error>(
    row: Int, column: Int, _ body: (UnsafeRawBufferPointer) throws(Failure) -> Value
  ) throws(Failure) -> Value {
    precondition(indices.contains(row) && columns.names.indices.contains(column), "no cell \(row), \(column)")
    return try unsafe result.withCell(row: row, column: column) { cell throws(Failure) in
      try unsafe body(cell ?? UnsafeRawBufferPointer(start: nil, count: 0))
    }
  }

  /// Lends the bytes of a cell as a bounds-checked span, empty for NULL; otherwise as ``withUnsafeBytes(row:column:_:)``.
  public func withBytes<Value, Failure: Error>(
    row: Int, column: Int, _ body: (RawSpan) throws(Failure) -> Value
  ) throws(Failure) -> Value {
    try unsafe withUnsafeBytes(row: row, column: column) { bytes throws(Failure) in
      try unsafe body(RawSpan(_unsafeBytes: bytes))
    }
  }
}
