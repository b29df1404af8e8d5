extension PostgresError {
  /// A failure to connect, from libpq's verbose message, which names host, port, user and database but no secret.
  static func connectionFailed(_ message: String) -> PostgresError {
    let lines = message.split(separator: "\n").filter { !$0.hasPrefix("LOCATION:") }
    let reason = lines.joined(separator: "; ")
    return PostgresError(
      .connectionFailed, reason.isEmpty ? "no reason given" : reason,
      report: sqlState(in: message).map {
        ServerReport(sqlState: $0, isFatal: true)
      })
  }

  /// The SQLSTATE in `FATAL:  28P01: password authentication failed…`, whatever language the rest is in: five digits and
  /// capitals between colons, one of them a digit, as no severity has.
  private static func sqlState(in message: String) -> SQLState? {
    message.split(separator: ":").map { $0.utf8.drop { $0 == UInt8(ascii: " ") } }
      .first { word in
        word.count == 5 && word.allSatisfy { isDigit($0) || isCapital($0) } && word.contains(where: isDigit)
      }
      .map { SQLState(rawValue: String(Substring($0))) }
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
  private static func isCapital(_ byte: UInt8) -> Bool { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) }

  /// A failed result: the server's report, or libpq's word that the connection broke.
  static func failure(_ result: ResultHandle) -> PostgresError {
    let report = ServerReport(result)
    if report.isFatal { return PostgresError(.connectionLost, "the server ended the connection", report: report) }
    guard let sqlState = report.sqlState else {
      return PostgresError(.connectionLost, "the connection broke while a statement ran")
    }
    if sqlState == .queryCanceled {
      return PostgresError(.timeout, "the server cancelled the statement", report: report)
    }
    return PostgresError(.server, "the server refused the statement", report: report)
  }
}
