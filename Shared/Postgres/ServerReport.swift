import CLibpq

/// The fields of a server's ErrorResponse (PostgreSQL manual, section 55.8) that this module uses.
///
/// A class, to keep ``PostgresError`` small where it is passed by value.
final class ServerReport: Sendable {
  let sqlState: SQLState?
  let isFatal: Bool
  let isStalePlan: Bool
  let constraintName: String?
  let tableName: String?
  let columnName: String?
  let message: String?
  let detail: String?
  let hint: String?

  init(
    sqlState: SQLState?, isFatal: Bool = false, isStalePlan: Bool = false, constraintName: String? = nil,
    tableName: String? = nil, columnName: String? = nil, message: String? = nil, detail: String? = nil,
    hint: String? = nil
  ) {
    self.sqlState = sqlState
    self.isFatal = isFatal
    self.isStalePlan = isStalePlan
    self.constraintName = constraintName
    self.tableName = tableName
    self.columnName = columnName
    self.message = message
    self.detail = detail
    self.hint = hint
  }

  /// Reads the fields of a failed result.
  convenience init(_ result: ResultHandle) {
    let severity = result.errorField("V")
    self.init(
      sqlState: result.errorField("C").map(SQLState.init(rawValue:)),
      isFatal: severity == "FATAL" || severity == "PANIC",
      // The message "cached plan must not change result type" is translated; the name of the C function isn't.
      isStalePlan: result.errorField("R") == "RevalidateCachedQuery",
      constraintName: result.errorField("n"),
      tableName: result.errorField("t"),
      columnName: result.errorField("c"),
      message: result.errorField("M"),
      detail: result.errorField("D"),
      hint: result.errorField("H"))
  }
}
