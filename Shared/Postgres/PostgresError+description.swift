extension PostgresError: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// The code, the reason and the names of schema objects: fit for logs.
  public var description: String {
    var text = "Postgres \(code): \(reason)"
    if let sqlState { text += " [\(sqlState)]" }
    if let constraintName { text += " constraint \(constraintName)" }
    if let tableName { text += " table \(tableName)" }
    if let pipelineIndex { text += " (statement \(pipelineIndex) of the pipeline)" }
    return text
  }

  /// The description and the server's own words, which may repeat values: for a debugger, never for a log.
  public var debugDescription: String {
    guard let report else { return description }
    return [description, report.message, report.detail.map { "DETAIL: \($0)" }, report.hint.map { "HINT: \($0)" }]
      .compactMap { $0 }
      .joined(separator: "\n")
  }

  /// Shows what ``description`` shows, so that `dump` reveals no more.
  public var customMirror: Mirror { Mirror(self, children: ["description": description]) }
}
