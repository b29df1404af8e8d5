import Postgres
import Testing

@Suite(.serialized, .enabled(if: TestDatabase.isAvailable), .timeLimit(.minutes(1)))
struct StatementTests {
  private static let countPrepared: PostgresStatement =
    "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%marker%'"

  @Test func statementsArePreparedOnce() async throws {
    try await TestDatabase.with { database in
      let connection = try await database.connect()
      for number in 0..<10 {
        let rows = try await connection.execute("SELECT $1 AS marker", [.int8(Int64(number))])
        #expect(try rows[0][0, as: Int.self] == number)
      }
      #expect(try await connection.execute(Self.countPrepared)[0][0, as: Int.self] == 2)
    }
  }

  /// NULL goes with any type; a type that differs gets a plan of its own; alternating makes no more plans.
  @Test func parameterTypesChooseThePlan() async throws {
    try await TestDatabase.with { database in
      let connection = try await database.connect()
      for _ in 0..<3 {
        for (value, type) in [(.int4(1), "integer"), (.null, nil), (.text("x"), "text")] as [(PostgresValue, String?)] {
          let rows = try await connection.execute("SELECT pg_typeof($1)::text AS marker", [value])
          if let type { #expect(try rows[0].get("marker") == type) }
        }
      }
      #expect(try await connection.execute(Self.countPrepared)[0][0, as: Int.self] == 3)
    }
  }

  @Test func aChangedTableIsPlannedAgain() async throws {
    try await TestDatabase.with { database in
      let connection = try await database.connect()
      let other = try await database.connect()
      try await connection.executeScript("CREATE TABLE t (a int); INSERT INTO t VALUES (1)")
      #expect(try await connection.execute("SELECT * FROM t").columnNames == ["a"])
      try await other.executeScript("ALTER TABLE t ADD b text DEFAULT 'new'")
      #expect(try await connection.execute("SELECT * FROM t")[0].get("b") == "new")

      try await other.executeScript("ALTER TABLE t DROP b")
      let error = await #expect(throws: PostgresError.self) {
        try await connection.withTransaction { try await $0.execute("SELECT * FROM t") }
      }
      #expect(error?.isRetriable == true)
      let columns = try await connection.withTransaction { try await $0.execute("SELECT * FROM t").columnNames }
      #expect(columns == ["a"])
    }
  }

  @Test func forgottenStatementsArePreparedAgain() async throws {
    try await TestDatabase.with { database in
      let connection = try await database.connect()
      try await connection.execute("SELECT 1 AS marker")
      try await connection.executeScript("DISCARD ALL")
      #expect(try await connection.execute("SELECT 1 AS marker")[0][0, as: Int.self] == 1)
    }
  }

  @Test func statementsDoNotPileUp() async throws {
    try await TestDatabase.with { database in
      let connection = try await database.connect()
      for number in 0..<1100 {
        let rows = try await connection.execute(PostgresStatement(unchecked: "SELECT \(number) AS marker"))
        #expect(try rows[0][0, as: Int.self] == number)
      }
      #expect(try await connection.execute(Self.countPrepared)[0][0, as: Int.self] < 520)
    }
  }

  @Test func failuresNameTheConstraintAndLeaveTheConnectionUsable() async throws {
    try await TestDatabase.with { database in
      let connection = try await database.connect()
      try await connection.executeScript(
        "CREATE TABLE t (a text CONSTRAINT once PRIMARY KEY, b int CONSTRAINT positive CHECK (b > 0))")
      try await connection.execute("INSERT INTO t VALUES ($1, $2)", ["secret-value", 1])
      let duplicate = await #expect(throws: PostgresError.self) {
        try await connection.execute("INSERT INTO t VALUES ($1, $2)", ["secret-value", 1])
      }
      #expect(duplicate?.code == .server && duplicate?.sqlState == .uniqueViolation)
      #expect(duplicate?.constraintName == "once" && duplicate?.tableName == "t")
      #expect(duplicate?.isRetriable == false && duplicate?.isConnectivity == false)
      #expect("\(try #require(duplicate))".contains("secret-value") == false)
      let unchecked = await #expect(throws: PostgresError.self) {
        try await connection.execute("INSERT INTO t VALUES ($1, $2)", ["b", -1])
      }
      #expect(unchecked?.sqlState == .checkViolation && unchecked?.constraintName == "positive")
      let syntax = await #expect(throws: PostgresError.self) { try await connection.execute("SELEKT 1") }
      #expect(syntax?.sqlState == "42601")
      let mismatch = await #expect(throws: PostgresError.self) { try await connection.execute("SELECT $1::int", []) }
      #expect(mismatch?.code == .server)
      #expect(try await connection.execute("SELECT count(*) FROM t")[0][0, as: Int.self] == 1)
    }
  }

  @Test func emptyAndUnsupportedStatements() async throws {
    try await TestDatabase.with { database in
      let connection = try await database.connect()
      #expect(try await connection.execute("").isEmpty)
      #expect(await connection.isOpen)
      let error = await #expect(throws: PostgresError.self) { try await connection.execute("COPY pg_class TO STDOUT") }
      #expect(error?.code == .connectionLost)
      #expect(await !connection.isOpen)
    }
  }

  @Test func scriptsRunAsOneTransaction() async throws {
    try await TestDatabase.with { database in
      let connection = try await database.connect()
      await #expect(throws: PostgresError.self) {
        try await connection.executeScript("CREATE TABLE t (a int); SELECT 1/0")
      }
      #expect(try await connection.execute("SELECT to_regclass('t') IS NULL")[0][0, as: Bool.self])
      try await connection.executeScript("CREATE TABLE t (a int); SELECT 1; ;")
      #expect(try await connection.execute("SELECT to_regclass('t') IS NULL")[0][0, as: Bool.self] == false)
    }
  }
}
