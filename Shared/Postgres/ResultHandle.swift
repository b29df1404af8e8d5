import CLibpq

/// The owner of a PGresult, which is cleared with it.
///
/// `@unchecked Sendable`: libpq never changes a PGresult after it handed it out ("PGresult objects are normally read-only
/// after creation, and so can be passed around freely between threads", PostgreSQL manual, section 34.20), the functions
/// called here only read it, and PQclear runs once, when nobody refers to it any more.
@safe final class ResultHandle: @unchecked Sendable {
  private let result: OpaquePointer

  /// Takes over a result; the caller must not clear it.
  init(owning result: OpaquePointer) { unsafe self.result = result }

  deinit { unsafe PQclear(result) }

  var status: ExecStatusType { unsafe PQresultStatus(result) }
  var rowCount: Int { unsafe Int(PQntuples(result)) }
  var columnCount: Int { unsafe Int(PQnfields(result)) }

  /// The rows that INSERT, UPDATE, DELETE, MERGE or SELECT touched, or nil for other commands.
  var affectedRows: Int? { unsafe PQcmdTuples(result).flatMap { unsafe Int(String(cString: $0)) } }

  /// The command tag, such as `COMMIT`.
  var commandTag: String { unsafe PQcmdStatus(result).map { unsafe String(cString: $0) } ?? "" }

  func columnName(_ column: Int) -> String { unsafe String(cString: PQfname(result, CInt(column))) }
  func columnType(_ column: Int) -> PostgresType { unsafe PostgresType(rawValue: PQftype(result, CInt(column))) }
  func isBinary(_ column: Int) -> Bool { unsafe PQfformat(result, CInt(column)) == 1 }

  /// A field of an error, by its letter in the protocol.
  func errorField(_ letter: Unicode.Scalar) -> String? {
    unsafe PQresultErrorField(result, CInt(letter.value)).map { unsafe String(cString: $0) }
  }

  /// Lends a cell's bytes, nil for NULL; the bounds are the caller's to check.
  func withCell<Value, Failure: Error>(
    row: Int, column: Int, _ body: (UnsafeRawBufferPointer?) throws(Failure) -> Value
  ) throws(Failure) -> Value {
    guard unsafe PQgetisnull(result, CInt(row), CInt(column)) == 0 else { return try body(nil) }
    let count = unsafe Int(PQgetlength(result, CInt(row), CInt(column)))
    return unsafe try body(UnsafeRawBufferPointer(start: PQgetvalue(result, CInt(row), CInt(column)), count: count))
  }
}
