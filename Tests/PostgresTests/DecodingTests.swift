import FoundationEssentials
import Seeded
import Testing

@testable import Postgres

struct DecodingTests {
  @Test func integersWidenAndNarrowWithoutLoss() throws {
    #expect(try decode([0xFF, 0xFE], .int2) == Int16(-2))
    #expect(try decode([0xFF, 0xFE], .int2) == -2)
    #expect(try decode([0, 0, 0, 5], .int4) == Int64(5))
    #expect(try decode([0, 0, 0, 0, 0, 0, 0, 5], .int8) == Int16(5))
    #expect(try decode([0xFF, 0xFF, 0xFF, 0xFF], .oid) == Int64(UInt32.max))
    #expect(throws: PostgresError.self) { try decode([0, 1, 0, 0], .int4, as: Int16.self) }
    #expect(throws: PostgresError.self) { try decode([0, 0, 5], .int4, as: Int.self) }
    #expect(throws: PostgresError.self) { try decode([0, 0, 0, 5], .float4, as: Int.self) }
    #expect(throws: PostgresError.self) { try decode([], .int8, as: Int.self) }
  }

  @Test func othersFollowTheirTypes() throws {
    #expect(try decode([1], .bool) == true)
    #expect(throws: PostgresError.self) { try decode([2], .bool, as: Bool.self) }
    #expect(try decode([0x3F, 0xC0, 0, 0], .float4) == 1.5)
    #expect(try decode([0x61], .varchar) == "a")
    #expect(try decode([1, 0x7B, 0x7D], .jsonb) == "{}")
    #expect(try decode([1, 0x7B, 0x7D], .jsonb) == [UInt8]([0x7B, 0x7D]))
    #expect(throws: PostgresError.self) { try decode([2, 0x7B, 0x7D], .jsonb, as: String.self) }
    #expect(throws: PostgresError.self) { try decode([], .jsonb, as: String.self) }
    #expect(throws: PostgresError.self) { try decode([0xFF], .text, as: String.self) }
    #expect(throws: PostgresError.self) { try decode([0x61], .bytea, as: String.self) }
    #expect(try decode([0x61], PostgresType(rawValue: 20_000)) == "a")
    #expect(throws: PostgresError.self) { try decode([0, 0, 0, 0], PostgresType(rawValue: 20_000), as: String.self) }
    #expect(throws: PostgresError.self) { try decode([1, 2], .uuid, as: UUID.self) }
    #expect(throws: PostgresError.self) {
      try decode([0x7F] + Array(repeating: 0xFF, count: 7), .timestamptz, as: Date.self)
    }
    #expect(try decode([0, 0, 0, 1], .date, as: PostgresTimestamp.self).rawValue == 86_400_000_000)
  }

  @Test func nullNeedsAnOptional() throws {
    #expect(try decode(nil, .int4, as: Int?.self) == nil)
    #expect(try decode([0, 0, 0, 1], .int4, as: Int?.self) == 1)
    #expect(try decode(nil, .bytea, as: [UInt8]?.self) == nil)
    let error = #expect(throws: PostgresError.self) { try decode(nil, .int4, as: Int.self) }
    #expect(error?.description == "Postgres decoding: column value of type integer as Int: it is NULL")
  }

  private static let header: [UInt8] = [0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 23, 0, 0, 0, 1, 0, 0, 0, 1]

  @Test func arraysAreChecked() throws {
    #expect(try decode(Self.header + [0, 0, 0, 4, 0, 0, 0, 9], .int4Array) == [Int32(9)])
    #expect(try decode([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 23], .int4Array) == [Int32]())
    #expect(try decode(Self.header + [0xFF, 0xFF, 0xFF, 0xFF], .int4Array) == [Int32?.none])
    let bad: [[UInt8]] = [
      [], Self.header, Self.header + [0, 0, 0, 4, 0, 0, 0], Self.header + [0, 0, 0, 4, 0, 0, 0, 9, 0],
      Self.header + [0x7F, 0xFF, 0xFF, 0xFF, 0, 0, 0, 9], Self.header + [0xFF, 0xFF, 0xFF, 0xFE],
      [0, 0, 0, 2] + Self.header.dropFirst(4),
      Self.header.prefix(12) + [0x7F, 0xFF, 0xFF, 0xFF, 0, 0, 0, 1, 0, 0, 0, 0],
      Self.header.prefix(12) + [0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 1],
    ]
    for bytes in bad {
      let error = #expect(throws: PostgresError.self) { try decode(bytes, .int4Array, as: [Int32].self) }
      #expect(error?.code == .decoding)
    }
    #expect(throws: PostgresError.self) {
      try decode(Self.header + [0, 0, 0, 4, 0, 0, 0, 9], .int8Array, as: [Int32].self)
    }
    #expect(throws: PostgresError.self) { try decode(Self.header + [0, 0, 0, 4, 0, 0, 0, 9], .int4, as: [Int32].self) }
  }

  @Test func arraysRoundTrip() throws {
    let id = UUID()
    #expect(try decode(try encode(.uuidArray([id])), .uuidArray) == [id])
    #expect(try decode(try encode(.textArray(["", "é"])), .textArray) == ["", "é"])
    #expect(try decode(try encode(.byteaArray([[1], []] as [[UInt8]])), .byteaArray) == [[UInt8]]([[1], []]))
    #expect(try decode(try encode(.boolArray([true, false])), .boolArray) == [true, false])
    let place = PostgresRowLocation(block: .max, offset: .max)
    #expect(try decode(try encode(.tidArray([place])), .tidArray) == [place])
  }

  @Test func columnsAreFoundByName() throws {
    let rows = try makeRows([("a", .int4), ("b", .text), ("a", .bool)], [[[0, 0, 0, 1], nil, [1]]])
    #expect(try rows[0].get("a") == 1)
    #expect(try rows[0][2, as: Bool.self])
    #expect(try rows.columnIndex("b") == 1)
    #expect(throws: PostgresError.self) { try rows.columnIndex("B") }
    #expect(throws: PostgresError.self) { try rows[0][3, as: Int.self] }
    #expect(rows.withBytes(row: 0, column: 1) { $0.isEmpty })
  }

  /// Whatever arrives, a decoder answers with a value or an error, reads no byte too many and reserves no memory for lies.
  @Test func decodersSurviveAnything() throws {
    var generator = SeededGenerator.printed()
    let types: [PostgresType] = [
      .bool, .bytea, .int2, .int4, .int8, .text, .float4, .float8, .uuid, .timestamptz, .date, .jsonb, .json, .tid,
      .oid,
      .int4Array, .uuidArray, .textArray, .byteaArray, .tidArray, PostgresType(rawValue: 99_999),
    ]
    var decoded = 0
    func attempt<Value: PostgresDecodable>(_: Value.Type, _ row: PostgresRow) {
      do throws(PostgresError) {
        _ = try row[0, as: Value.self]
        decoded += 1
      } catch {
        #expect(error.code == .decoding)
      }
    }
    for _ in 0..<3000 {
      var bytes = (0..<Int.random(in: 0...48, using: &generator)).map { _ in
        UInt8.random(in: 0...255, using: &generator)
      }
      if Bool.random(using: &generator) {
        bytes = Self.header + bytes
        bytes[11] = UInt8(truncatingIfNeeded: types.randomElement(using: &generator)?.rawValue ?? 0)
        bytes[Int.random(in: 0..<bytes.count, using: &generator)] = .random(in: 0...255, using: &generator)
      }
      let row = try makeRows([("value", types.randomElement(using: &generator) ?? .int4)], [[bytes]])[0]
      attempt(Bool.self, row)
      attempt(Int.self, row)
      attempt(Double.self, row)
      attempt(String.self, row)
      attempt(UUID.self, row)
      attempt(Date.self, row)
      attempt(PostgresRowLocation.self, row)
      attempt([UInt8].self, row)
      attempt([Int32].self, row)
      attempt([Int?].self, row)
      attempt([String].self, row)
      attempt([UUID?].self, row)
      attempt([[UInt8]].self, row)
      attempt([PostgresRowLocation].self, row)
    }
    #expect(decoded > 0)
  }
}
