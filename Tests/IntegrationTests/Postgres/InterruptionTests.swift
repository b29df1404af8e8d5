import Postgres
import Testing

@Suite(.serialized, .enabled(if: TestDatabase.isAvailable), .timeLimit(.minutes(1)))
struct InterruptionTests {
  @Test func cancellationEndsTheStatementAndKeepsTheConnection() async throws {
    try await TestDatabase.with { database in
      let connection = try await database.connect()
      let other = try await database.connect()
      let processID = try await connection.processID
      try await other.execute("SELECT pg_advisory_lock(1)")
      for _ in 0..<5 {
        try await withThrowingTaskGroup { group in
          group.addTask { _ = try await connection.execute("SELECT pg_advisory_lock(1), pg_sleep(60)") }
          try await other.waitUntilBlocked(processID)
          group.cancelAll()
          let error = await #expect(throws: PostgresError.self) { try await group.waitForAll() }
          #expect(error?.code == .cancelled)
        }
        #expect(try await connection.processID == processID)
      }
    }
  }

  @Test func cancellationInsideATransactionRollsItBack() async throws {
    try await TestDatabase.with { database in
      let pool = database.pool(size: 1)
      let other = try await database.connect()
      try await other.executeScript("CREATE TABLE t (a int)")
      try await other.execute("SELECT pg_advisory_lock(1)")
      let processID = try await pool.withConnection { try await $0.processID }
      try await withThrowingTaskGroup { group in
        group.addTask {
          try await pool.withTransaction { transaction in
            try await transaction.execute("INSERT INTO t VALUES (1)")
            try await transaction.execute("SELECT pg_advisory_lock(1)")
          }
        }
        try await other.waitUntilBlocked(processID)
        group.cancelAll()
        let error = await #expect(throws: PostgresError.self) { try await group.waitForAll() }
        #expect(error?.code == .cancelled)
      }
      #expect(try await pool.withConnection { try await $0.processID } == processID)
      #expect(try await pool.execute("SELECT * FROM t").isEmpty)
      await pool.shutdown()
    }
  }

  @Test func aCancelledTaskSendsNothing() async throws {
    try await TestDatabase.with { database in
      let connection = try await database.connect()
      try await connection.executeScript("CREATE TABLE t (a int)")
      await withDiscardingTaskGroup { group in
        group.cancelAll()
        group.addTask {
          let error = await #expect(throws: PostgresError.self) {
            try await connection.execute("INSERT INTO t VALUES (1)")
          }
          #expect(error?.code == .cancelled)
        }
      }
      #expect(try await connection.execute("SELECT * FROM t").isEmpty)
    }
  }

  @Test func theStatementTimeoutEndsOneStatement() async throws {
    try await TestDatabase.with { database in
      let connection = try await database.connect(statementTimeout: .milliseconds(50))
      let error = await #expect(throws: PostgresError.self) { try await connection.execute("SELECT pg_sleep(60)") }
      #expect(error?.code == .timeout && error?.sqlState == .queryCanceled && error?.isRetriable == true)
      #expect(try await connection.execute("SELECT 1").count == 1)
    }
  }

  @Test func aSessionEndedMidStatementIsLost() async throws {
    try await TestDatabase.with { database in
      let connection = try await database.connect()
      let other = try await database.connect()
      let processID = try await connection.processID
      try await other.execute("SELECT pg_advisory_lock(1)")
      async let blocked = outcome(of: { try await connection.execute("SELECT pg_advisory_lock(1)") })
      try await other.waitUntilBlocked(processID)
      try await other.terminate(processID)
      let result = await blocked
      let error = #expect(throws: PostgresError.self) { _ = try result.get() }
      #expect(error?.code == .connectionLost && error?.sqlState == "57P01")
      #expect(error?.isRetriable == true && error?.isConnectivity == true)
      #expect(await !connection.isOpen)
      let later = await #expect(throws: PostgresError.self) { try await connection.execute("SELECT 1") }
      #expect(later?.code == .connectionLost)
    }
  }

  @Test func refusalsToConnectSayWhy() async throws {
    try await TestDatabase.with { database in
      let missing = try PostgresConfiguration(url: database.url.replacing("/test_", with: "/missing_"))
      let error = await #expect(throws: PostgresError.self) { _ = try await PostgresConnection.connect(missing) }
      #expect(error?.code == .connectionFailed && error?.isRetriable == false)
      #expect(error?.sqlState == "3D000", "\(String(describing: error))")
      let nobody = try PostgresConfiguration(url: "postgres://127.0.0.1:1/none")
      let refused = await #expect(throws: PostgresError.self) { _ = try await PostgresConnection.connect(nobody) }
      #expect(refused?.code == .connectionFailed && refused?.sqlState == nil && refused?.isRetriable == true)
    }
  }
}
