import Foundation
import Postgres
import Testing

@Suite(.serialized, .enabled(if: TestDatabase.isAvailable), .timeLimit(.minutes(1)))
struct TypeTests {
  /// The server reads what was sent, as its own text shows.
  @Test func serverUnderstandsParameters() async throws {
    try await TestDatabase.with { database in
      let connection = try await database.connect()
      let id = try #require(UUID(uuidString: "018F4E2A-7B3C-7D4E-8F90-0123456789AB"))
      let cases: [(PostgresStatement, PostgresValue, String)] = [
        ("SELECT $1::text", .bool(true), "true"),
        ("SELECT $1::text", .int2(-32768), "-32768"),
        ("SELECT $1::text", .int4(.max), "2147483647"),
        ("SELECT $1::text", .int8(.min), "-9223372036854775808"),
        ("SELECT $1::text", .float8(-0.1), "-0.1"),
        ("SELECT $1::text", .float8(.nan), "NaN"),
        ("SELECT $1::text", .text("né ''$1"), "né ''$1"),
        ("SELECT $1::text", .text(""), ""),
        ("SELECT $1::text", .bytes([0, 255, 16]), "\\x00ff10"),
        ("SELECT $1::text", .bytes([]), "\\x"),
        ("SELECT $1::text", .uuid(id), "018f4e2a-7b3c-7d4e-8f90-0123456789ab"),
        (
          "SELECT $1::text", .timestamp(Date(timeIntervalSince1970: 1_700_000_000.123456)),
          "2023-11-14 22:13:20.123456+00"
        ),
        ("SELECT $1::text", .timestamp(Date(timeIntervalSinceReferenceDate: .infinity)), "infinity"),
        ("SELECT $1::text", .timestamp(Date(timeIntervalSince1970: -1e15)), "-infinity"),
        ("SELECT $1::text", .json(Array(#"{"b": 1, "a": [null]}"#.utf8)), #"{"a": [null], "b": 1}"#),
        ("SELECT $1::text", .int2Array([1, -1]), "{1,-1}"),
        ("SELECT $1::text", .int4Array([1, -1]), "{1,-1}"),
        ("SELECT $1::text", .int8Array([.max]), "{9223372036854775807}"),
        ("SELECT $1::text", .boolArray([true, false]), "{t,f}"),
        ("SELECT $1::text", .textArray(["a", "", "b,c"]), #"{a,"","b,c"}"#),
        ("SELECT $1::text", .uuidArray([id]), "{018f4e2a-7b3c-7d4e-8f90-0123456789ab}"),
        ("SELECT $1::text", .byteaArray([[1, 2], []] as [[UInt8]]), #"{"\\x0102","\\x"}"#),
        ("SELECT $1::text", .tidArray([PostgresRowLocation(block: 70_000, offset: 3)]), #"{"(70000,3)"}"#),
        ("SELECT $1::text", .int4Array([]), "{}"),
        ("SELECT coalesce($1::text, 'nothing')", .null, "nothing"),
        ("SELECT pg_typeof($1)::text", 3, "bigint"),
        ("SELECT pg_typeof($1)::text", "x", "text"),
        ("SELECT pg_typeof($1)::text", true, "boolean"),
      ]
      for (statement, value, expected) in cases {
        #expect(try await connection.execute(statement, [value])[0][0, as: String.self] == expected)
      }
    }
  }

  /// What comes back is what was sent.
  @Test func valuesRoundTrip() async throws {
    try await TestDatabase.with { database in
      let connection = try await database.connect()
      func back<Value: PostgresDecodable>(_ value: PostgresValue, as type: Value.Type = Value.self) async throws
        -> Value
      {
        try await connection.execute("SELECT $1 AS v", [value])[0].get("v", as: type)
      }
      let id = UUID()
      let date = Date(timeIntervalSince1970: 1_764_000_000.000001)
      #expect(try await back(.bool(false)) == false)
      #expect(try await back(.int2(-7)) == Int16(-7))
      #expect(try await back(.int4(-7)) == Int32(-7))
      #expect(try await back(.int4(-7)) == -7)
      #expect(try await back(.int8(.max)) == Int64.max)
      #expect(try await back(.float8(1.5e300)) == 1.5e300)
      #expect(try await back(.text("日本")) == "日本")
      #expect(try await back(.bytes([0, 1, 255])) == [UInt8]([0, 1, 255]))
      #expect(try await back(.uuid(id)) == id)
      #expect(
        try await back(.timestamp(date), as: PostgresTimestamp.self).microsecondsSince1970 == 1_764_000_000_000_001)
      #expect(abs(try await back(.timestamp(date), as: Date.self).timeIntervalSince(date)) < 1e-6)
      #expect(try await back(.json(Array("[1]".utf8))) == "[1]")
      #expect(try await back(.json(Array("[1]".utf8))) == [UInt8]("[1]".utf8))
      #expect(try await back(.int4Array([1, 2, 3])) == [Int32]([1, 2, 3]))
      #expect(try await back(.int8Array([])) == [Int]())
      #expect(try await back(.textArray(["a", "b"])) == ["a", "b"])
      #expect(try await back(.uuidArray([id])) == [id])
      #expect(try await back(.byteaArray([[1], [2, 3]] as [[UInt8]])) == [[UInt8]]([[1], [2, 3]]))
    }
  }

  @Test func readsWhatOnlyServersSend() async throws {
    try await TestDatabase.with { database in
      let connection = try await database.connect()
      try await connection.executeScript(
        "CREATE TYPE mood AS ENUM ('fine'); CREATE TABLE t (a int); INSERT INTO t VALUES (1)")
      let row = try await connection.execute(
        """
        SELECT 'fine'::mood AS mood, '{1,NULL}'::int[] AS holes, NULL::uuid AS nothing, '2000-01-02'::date AS day,
          1.5::real AS real, 'infinity'::timestamptz AS never, '{{1},{2}}'::int[] AS square, 'n'::name AS name,
          (SELECT ctid FROM t) AS place, 5::numeric AS exact, 70000 AS big
        """)[0]
      #expect(try row.get("mood") == "fine")
      #expect(try row.get("holes") == [Int32?]([1, nil]))
      #expect(try row.get("nothing", as: UUID?.self) == nil)
      #expect(try row.get("day", as: Date.self) == Date(timeIntervalSince1970: 946_771_200))
      #expect(try row.get("real") == 1.5)
      #expect(try row.get("name") == "n")
      #expect(try row.get("place") == PostgresRowLocation(block: 0, offset: 1))
      for (column, read) in [
        ("nothing", { _ = try row.get("nothing", as: UUID.self) }),
        ("holes", { _ = try row.get("holes", as: [Int32].self) }),
        ("never", { _ = try row.get("never", as: Date.self) }),
        ("square", { _ = try row.get("square", as: [Int32].self) }),
        ("exact", { _ = try row.get("exact", as: Int.self) }),
        ("big", { _ = try row.get("big", as: Int16.self) }),
        ("big", { _ = try row.get("big", as: String.self) }),
        ("missing", { _ = try row.get("missing", as: String.self) }),
      ] as [(String, () throws -> Void)] {
        let error = #expect(throws: PostgresError.self) { try read() }
        #expect(error?.code == .decoding)
        #expect(error?.reason.contains(column) == true)
      }
    }
  }

  @Test func rowsAreACollection() async throws {
    try await TestDatabase.with { database in
      let connection = try await database.connect()
      let rows = try await connection.execute("SELECT n, decode('0a0b', 'hex') AS b FROM generate_series(1, 1000) AS n")
      #expect(rows.count == 1000 && rows.affectedRows == 1000 && rows.columnNames == ["n", "b"])
      #expect(try rows.reduce(0) { try $0 + $1[0, as: Int.self] } == 500_500)
      let column = try rows.columnIndex("b")
      #expect(rows.withBytes(row: 999, column: column) { $0.byteCount } == 2)
      #expect(unsafe rows.withUnsafeBytes(row: 0, column: column) { [UInt8]($0) } == [10, 11])
      await connection.close()
      #expect(try rows[500].get("n") == 501)
    }
  }
}
