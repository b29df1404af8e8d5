import Postgres
import Testing

@Suite(.serialized, .enabled(if: TestDatabase.isAvailable), .timeLimit(.minutes(1)))
struct TransactionTests {
  private struct Refusal: Error {}

  @Test func commitsOnReturnAndRollsBackOnThrow() async throws {
    try await TestDatabase.with { database in
      let connection = try await database.connect()
      try await connection.executeScript("CREATE TABLE t (a int)")
      let count = try await connection.withTransaction { transaction in
        try await transaction.execute("INSERT INTO t VALUES (1)")
        return try await transaction.pipeline([("INSERT INTO t VALUES (2)", []), ("SELECT * FROM t", [])])[1].count
      }
      #expect(count == 2)
      await #expect(throws: Refusal.self) {
        try await connection.withTransaction { transaction in
          try await transaction.execute("DELETE FROM t")
          throw Refusal()
        }
      }
      try await connection.withTransaction { _ in }
      #expect(try await connection.execute("SELECT * FROM t").count == 2)
    }
  }

  @Test func isolationAndReadOnlyReachTheServer() async throws {
    try await TestDatabase.with { database in
      let connection = try await database.connect()
      for (isolation, name) in [
        (.readCommitted, "read committed"), (.repeatableRead, "repeatable read"), (.serializable, "serializable"),
      ] as [(PostgresIsolation, String)] {
        let shown = try await connection.withTransaction(isolation: isolation) {
          try await $0.execute("SELECT current_setting('transaction_isolation')")[0][0, as: String.self]
        }
        #expect(shown == name)
      }
      let error = await #expect(throws: PostgresError.self) {
        try await connection.withTransaction(readOnly: true) { try await $0.executeScript("CREATE TABLE t (a int)") }
      }
      #expect(error?.sqlState == "25006")
    }
  }

  @Test func aSwallowedFailureDoesNotPassForACommit() async throws {
    try await TestDatabase.with { database in
      let connection = try await database.connect()
      try await connection.executeScript("CREATE TABLE t (a int)")
      let error = await #expect(throws: PostgresError.self) {
        try await connection.withTransaction { transaction in
          try await transaction.execute("INSERT INTO t VALUES (1)")
          do {
            try await transaction.execute("SELECT 1/0")
          } catch {}
        }
      }
      #expect(error?.code == .transactionAborted)
      #expect(try await connection.execute("SELECT * FROM t").isEmpty)
    }
  }

  @Test func aTransactionIsGoodOnlyInside() async throws {
    try await TestDatabase.with { database in
      let connection = try await database.connect()
      let escaped = try await connection.withTransaction { $0 }
      let late = await #expect(throws: PostgresError.self) { try await escaped.execute("SELECT 1") }
      #expect(late?.code == .transactionMisuse)
      let nested = await #expect(throws: PostgresError.self) {
        try await connection.withTransaction { _ in try await connection.withTransaction { _ in } }
      }
      #expect(nested?.code == .transactionMisuse)
      #expect(await connection.isHealthy())
    }
  }

  @Test func conflictsAreRetriable() async throws {
    try await TestDatabase.with { database in
      let first = try await database.connect()
      let second = try await database.connect()
      try await first.executeScript("CREATE TABLE t (a int); INSERT INTO t VALUES (1)")
      let error = await #expect(throws: PostgresError.self) {
        try await first.withTransaction(isolation: .repeatableRead) { transaction in
          try await transaction.execute("SELECT a FROM t")
          try await second.execute("UPDATE t SET a = 2")
          try await transaction.execute("UPDATE t SET a = 3")
        }
      }
      #expect(error?.sqlState == .serializationFailure && error?.isRetriable == true)
    }
  }

  /// A refusal at COMMIT is an answer: nothing was committed.
  @Test func aRefusedCommitIsKnown() async throws {
    try await TestDatabase.with { database in
      let connection = try await database.connect()
      try await connection.executeScript("CREATE TABLE t (a int, UNIQUE (a) DEFERRABLE INITIALLY DEFERRED)")
      let error = await #expect(throws: PostgresError.self) {
        try await connection.withTransaction { _ = try await $0.execute("INSERT INTO t VALUES (1), (1)") }
      }
      #expect(error?.code == .server && error?.sqlState == .uniqueViolation)
      #expect(try await connection.execute("SELECT * FROM t").isEmpty)
    }
  }

  /// A trigger that runs at COMMIT blocks there, so that the session can be ended in the middle of it.
  @Test func aConnectionLostDuringCommitLeavesItUnknown() async throws {
    try await TestDatabase.with { database in
      let connection = try await database.connect()
      let other = try await database.connect()
      try await connection.executeScript(
        """
        CREATE TABLE t (a int);
        CREATE FUNCTION block() RETURNS trigger LANGUAGE plpgsql AS
          $$ BEGIN PERFORM pg_advisory_xact_lock(1); RETURN NULL; END $$;
        CREATE CONSTRAINT TRIGGER late AFTER INSERT ON t DEFERRABLE INITIALLY DEFERRED
          FOR EACH ROW EXECUTE FUNCTION block();
        """)
      let processID = try await connection.processID
      try await other.execute("SELECT pg_advisory_lock(1)")
      async let commit = outcome(of: {
        try await connection.withTransaction { _ = try await $0.execute("INSERT INTO t VALUES (1)") }
      })
      try await other.waitUntilBlocked(processID)
      try await other.terminate(processID)
      let result = await commit
      let error = #expect(throws: PostgresError.self) { try result.get() }
      #expect(error?.code == .commitUnknown && error?.sqlState == "57P01")
      #expect(error?.isRetriable == false && error?.isConnectivity == true)
    }
  }
}
