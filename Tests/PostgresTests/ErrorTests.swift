import Testing

@testable import Postgres

struct ErrorTests {
  private static func server(_ state: SQLState) -> PostgresError {
    PostgresError(.server, "the server refused the statement", report: ServerReport(sqlState: state))
  }

  @Test(arguments: ["40001", "40P01", "57P01", "57P03", "08006", "53300", "53200", "55P03", "26000"] as [SQLState])
  func passingConditionsAreRetriable(_ state: SQLState) {
    #expect(Self.server(state).isRetriable)
  }

  @Test(arguments: ["23505", "42601", "42501", "22P02", "P0001", "0A000", "25P02", "28P01"] as [SQLState])
  func lastingConditionsAreNot(_ state: SQLState) {
    #expect(!Self.server(state).isRetriable && !Self.server(state).isConnectivity)
  }

  @Test func codesAnswerForThemselves() {
    let retriable: [PostgresError.Code] = [.connectionFailed, .connectionLost, .timeout, .poolTimeout]
    let lasting: [PostgresError.Code] = [
      .invalidConfiguration, .poolClosed, .server, .commitUnknown, .transactionAborted, .transactionMisuse, .decoding,
      .invalidParameters, .cancelled,
    ]
    for code in retriable { #expect(PostgresError(code, "").isRetriable) }
    for code in lasting { #expect(!PostgresError(code, "").isRetriable) }
    for code in [.connectionFailed, .connectionLost, .commitUnknown, .poolTimeout] as [PostgresError.Code] {
      #expect(PostgresError(code, "").isConnectivity)
    }
    #expect(!PostgresError(.timeout, "").isConnectivity)
  }

  @Test func connectionMessagesYieldTheirState() {
    let refused = PostgresError.connectionFailed(
      "connection to server at \"db\", port 5432 failed: FATAL:  28P01: password authentication failed for user \"a\"\nLOCATION:  auth_failed, auth.c:326\n"
    )
    #expect(refused.sqlState == "28P01" && !refused.isRetriable && refused.isConnectivity)
    #expect(!refused.reason.contains("LOCATION") && !refused.reason.contains("\n"))
    let starting = PostgresError.connectionFailed("FATAL:  57P03: the database system is starting up")
    #expect(starting.sqlState == "57P03" && starting.isRetriable)
    let network = PostgresError.connectionFailed(
      "connection to server at \"::1\", port 5432 failed: Connection refused")
    #expect(network.sqlState == nil && network.isRetriable)
    #expect(PostgresError.connectionFailed("PANIC: FATAL: x").sqlState == nil)
    #expect(PostgresError.connectionFailed("").reason == "no reason given")
  }

  @Test func theServersWordsShowOnlyWhenAskedFor() {
    let error = PostgresError(
      .server, "the server refused the statement",
      report: ServerReport(
        sqlState: .uniqueViolation, constraintName: "once", tableName: "t", message: "message with hunter2",
        detail: "Key (a)=(hunter2) already exists.", hint: "none"),
      pipelineIndex: 2)
    #expect(
      error.description
        == "Postgres server: the server refused the statement [23505] constraint once table t (statement 2 of the pipeline)"
    )
    #expect(error.serverMessage == "message with hunter2\nDETAIL: Key (a)=(hunter2) already exists.\nHINT: none")
    var dumped = ""
    dump(error, to: &dumped)
    for shown in ["\(error)", String(reflecting: error), "\(Optional(error) as Any)", dumped] {
      #expect(!shown.contains("hunter2"))
    }
  }

  @Test func equalityIsOfCodeAndState() {
    #expect(Self.server("23505") == PostgresError(.server, "other", report: ServerReport(sqlState: "23505")))
    #expect(Self.server("23505") != Self.server("23503"))
    #expect(PostgresError(.poolTimeout, "") != PostgresError(.poolClosed, ""))
  }
}
