import FoundationEssentials
import Seeded
import Testing

@testable import Postgres

struct EncodingTests {
  /// Bytes made by hand from the send functions in PostgreSQL's utils/adt.
  @Test func scalarsAreInNetworkOrder() throws {
    #expect(try encode(.null) == nil)
    #expect(try encode(.bool(true)) == [1])
    #expect(try encode(.int2(-2)) == [0xFF, 0xFE])
    #expect(try encode(.int4(1)) == [0, 0, 0, 1])
    #expect(try encode(.int8(.min)) == [0x80, 0, 0, 0, 0, 0, 0, 0])
    #expect(try encode(.float8(1)) == [0x3F, 0xF0, 0, 0, 0, 0, 0, 0])
    #expect(try encode(.text("é")) == [0xC3, 0xA9])
    #expect(try encode(.bytes([])) == [])
    #expect(try encode(.json([0x7B, 0x7D])) == [1, 0x7B, 0x7D])
    let id = UUID(uuid: (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15))
    #expect(try encode(.uuid(id)) == [UInt8](0..<16))
    #expect(try encode(.timestamp(Date(timeIntervalSince1970: 946_684_801))) == [0, 0, 0, 0, 0, 0x0F, 0x42, 0x40])
  }

  @Test func arraysCarryAHeader() throws {
    #expect(
      try encode(.int2Array([5, -1])) == [
        0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 21, 0, 0, 0, 2, 0, 0, 0, 1,
        0, 0, 0, 2, 0, 5, 0, 0, 0, 2, 0xFF, 0xFF,
      ])
    #expect(
      try encode(.byteaArray([[9], []] as [[UInt8]])) == [
        0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 17, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 1, 9, 0, 0, 0, 0,
      ])
    #expect(
      try encode(.tidArray([PostgresRowLocation(block: 1, offset: 2)])) == [
        0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 27, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 6, 0, 0, 0, 1, 0, 2,
      ])
    #expect(try encode(.textArray([])) == [0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 25, 0, 0, 0, 0, 0, 0, 0, 1])
  }

  @Test func anElementThatCannotBeWrittenLeavesNoTrace() {
    struct Refusal: Error {}
    var array = PostgresArray(of: .bytea)
    array.append([1, 2])
    let before = array.bytes
    #expect(throws: Refusal.self) {
      try array.append { bytes in
        bytes.append(3)
        throw Refusal()
      }
    }
    #expect(array.bytes == before && array.count == 1)
  }

  @Test func typesAreExact() {
    let values: [PostgresValue] = ["x", 3, nil, true, .int4(1), .uuidArray([])]
    #expect(values.map(\.type) == [.text, .int8, .unspecified, .bool, .int4, .uuidArray])
    #expect(PostgresValue.optional(5, as: PostgresValue.int4).type == .int4)
    #expect(PostgresValue.optional(nil, as: PostgresValue.int4).type == .unspecified)
  }

  @Test func parametersAreBounded() throws {
    #expect(try ParameterBuffer(Array(repeating: .null, count: 65535)).ranges.count == 65535)
    let error = #expect(throws: PostgresError.self) { try ParameterBuffer(Array(repeating: .null, count: 65536)) }
    #expect(error?.code == .invalidParameters)
  }

  /// libpq takes NULL from a null pointer alone, and an empty value must not look like it.
  @Test func pointersTellEmptyFromNull() throws {
    for values: [PostgresValue] in [[.bytes([]), .null], [.text(""), .null, .int4(7)]] {
      let buffer = try ParameterBuffer(values)
      let (isNull, lengths, formats) = unsafe buffer.withPointers { pointers, lengths, formats in
        let places = values.indices
        return (places.map { pointers?[$0] == nil }, places.map { lengths?[$0] }, places.map { formats?[$0] })
      }
      #expect(isNull == values.map { $0.type == .unspecified })
      #expect(lengths == [0, 0, 4].prefix(values.count).map { Optional($0) })
      #expect(formats == values.map { _ in Optional(1) })
    }
  }

  @Test func parametersDoNotShowTheirValues() {
    let value = PostgresValue.text("hunter2")
    var dumped = ""
    dump(value, to: &dumped)
    for shown in ["\(value)", String(reflecting: value), String(describing: [value]), dumped] {
      #expect(!shown.contains("hunter2"))
      #expect(shown.contains("text"))
    }
  }

  @Test func timestampsSaturate() {
    #expect(PostgresTimestamp(Date(timeIntervalSinceReferenceDate: .infinity)).rawValue == .max)
    #expect(PostgresTimestamp(Date(timeIntervalSinceReferenceDate: -.infinity)).rawValue == .min)
    #expect(PostgresTimestamp(Date(timeIntervalSinceReferenceDate: .nan)).rawValue == .max)
    #expect(PostgresTimestamp(Date(timeIntervalSinceReferenceDate: 1e13)).rawValue == .max)
    #expect(PostgresTimestamp(rawValue: .max).date == nil)
    #expect(PostgresTimestamp(rawValue: .min).microsecondsSince1970 == nil)
    #expect(PostgresTimestamp(rawValue: 0).microsecondsSince1970 == 946_684_800_000_000)
  }

  /// Double holds microseconds exactly for centuries around the reference date.
  @Test func datesKeepMicroseconds() {
    var generator = SeededGenerator.printed()
    for _ in 0..<10_000 {
      let timestamp = PostgresTimestamp(
        rawValue: .random(in: -3_000_000_000_000_000...3_000_000_000_000_000, using: &generator))
      #expect(timestamp.date.map(PostgresTimestamp.init) == timestamp)
    }
  }
}
