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

  /// The same as ``description``, because an error inside an optional, an array or another error is printed with this.
  public var debugDescription: String { description }

  /// Shows what ``description`` shows, so that `dump` reveals no more.
  public var customMirror: Mirror { Mirror(self, children: ["description": description]) }

  /// The server's own message, detail and hint, which may repeat values of the row: for a debugger, never for a log.
  public var serverMessage: String? {
    guard let report else { return nil }
    return [report.message, report.detail.map { "DETAIL: \($0)" }, report.hint.map { "HINT: \($0)" }]
      .compactMap { $0 }
      .joined(separator: "\n")
  }
}
