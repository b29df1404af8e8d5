import Postgres
import Testing

@Suite(.serialized, .enabled(if: TestDatabase.isAvailable), .timeLimit(.minutes(1)))
struct PipelineTests {
  @Test func resultsComeInOrder() async throws {
    try await TestDatabase.with { database in
      let connection = try await database.connect()
      let results = try await connection.pipeline([
        ("CREATE TABLE t (a int)", []),
        ("INSERT INTO t SELECT generate_series(1, 10)", []),
        ("SELECT count(*) FROM t WHERE a > $1", [3]),
        ("SELECT count(*) FROM t WHERE a > $1", [8]),
      ])
      #expect(results.count == 4 && results[1].affectedRows == 10)
      #expect(try results[2][0][0, as: Int.self] == 7)
      #expect(try results[3][0][0, as: Int.self] == 2)
      #expect(try await connection.pipeline([]).isEmpty)
    }
  }

  @Test func aFailureUndoesAllAndLeavesTheConnectionUsable() async throws {
    try await TestDatabase.with { database in
      let connection = try await database.connect()
      try await connection.executeScript("CREATE TABLE t (a int PRIMARY KEY)")
      let error = await #expect(throws: PostgresError.self) {
        try await connection.pipeline([
          ("INSERT INTO t VALUES ($1)", [1]), ("SELECT 1 / $1", [0]), ("INSERT INTO t VALUES ($1)", [2]),
          ("SELECT 'never prepared'", []),
        ])
      }
      #expect(error?.pipelineIndex == 1 && error?.sqlState == "22012")
      #expect(try await connection.execute("SELECT count(*) FROM t")[0][0, as: Int.self] == 0)
      #expect(try await connection.execute("SELECT 'never prepared'").count == 1)
      #expect(try await connection.execute("SELECT 1 / $1", [1])[0][0, as: Int.self] == 1)
    }
  }

  /// The implicit transaction ends at the synchronisation point, after every statement has succeeded.
  @Test func aDeferredConstraintFailsThePipeline() async throws {
    try await TestDatabase.with { database in
      let connection = try await database.connect()
      try await connection.executeScript("CREATE TABLE t (a int, UNIQUE (a) DEFERRABLE INITIALLY DEFERRED)")
      let error = await #expect(throws: PostgresError.self) {
        try await connection.pipeline([("INSERT INTO t VALUES (1)", []), ("INSERT INTO t VALUES (1)", [])])
      }
      #expect(error?.sqlState == .uniqueViolation && error?.pipelineIndex == nil)
      #expect(await connection.isHealthy())
      await #expect(throws: PostgresError.self) { try await connection.execute("INSERT INTO t VALUES (1), (1)") }
      #expect(try await connection.execute("SELECT count(*) FROM t")[0][0, as: Int.self] == 0)
    }
  }

  /// Both sides have more to send than the sockets hold, so whoever only writes blocks for ever.
  @Test func largeTrafficBothWaysDoesNotDeadlock() async throws {
    try await TestDatabase.with { database in
      let connection = try await database.connect()
      let block = [UInt8](repeating: 7, count: 1 << 20)
      let results = try await connection.pipeline(Array(repeating: ("SELECT $1", [.bytes(block)]), count: 24))
      #expect(results.count == 24)
      for rows in results { #expect(rows.withBytes(row: 0, column: 0) { $0.byteCount } == block.count) }
    }
  }

  /// The shape of a rewrap: arrays in, compare-and-set, count out.
  @Test func updatesThousandsOfRowsFromArrays() async throws {
    try await TestDatabase.with { database in
      let connection = try await database.connect()
      try await connection.executeScript(
        "CREATE TABLE t (id int PRIMARY KEY, k bytea, v int); INSERT INTO t SELECT n, '\\x00', 1 FROM generate_series(1, 5000) n"
      )
      let rows = try await connection.execute("SELECT id, ctid FROM t ORDER BY id")
      var keys = PostgresArray(of: .bytea, capacity: rows.count, elementSize: 69)
      for index in rows.indices { keys.append { $0.append(contentsOf: repeatElement(UInt8(index % 251), count: 69)) } }
      let updated = try await connection.execute(
        """
        UPDATE t SET k = new.k, v = 2 FROM unnest($1::tid[], $2::int[], $3::bytea[]) AS new(place, id, k)
        WHERE t.ctid = new.place AND t.id = new.id AND t.v = $4
        """,
        [
          .tidArray(try rows.map { try $0.get("ctid", as: PostgresRowLocation.self) }),
          .int4Array(try rows.map { try $0.get("id", as: Int32.self) }), .array(keys), .int4(1),
        ])
      #expect(updated.affectedRows == 5000)
      let row = try await connection.execute("SELECT k FROM t WHERE id = 252")[0]
      #expect(try row.get("k") == [UInt8](repeating: 0, count: 69))
    }
  }
}
