import Testing

@testable import Postgres

struct PackedTests {
  @Test func aColumnIsCopiedCellBehindCell() throws {
    let rows = try makeRows([("a", .int4), ("b", .bytea)], [[[0, 0, 0, 1], [7, 8]], [[0, 0, 0, 2], [9, 10]]])
    #expect(rows.packed(column: 0, cellSize: 4) == [0, 0, 0, 1, 0, 0, 0, 2])
    #expect(rows.packed(column: 1, cellSize: 2) == [7, 8, 9, 10])
    #expect(try makeRows([("a", .int4)], []).packed(column: 0, cellSize: 4).isEmpty)
  }

  @Test func whatHasNotThatSizeIsZeros() throws {
    let rows = try makeRows([("key", .bytea)], [[[1, 2]], [nil], [[3]], [[4, 5, 6]], [[]], [[7, 8]]])
    #expect(rows.packed(column: 0, cellSize: 2) == [1, 2, 0, 0, 0, 0, 0, 0, 0, 0, 7, 8])
  }

  @Test func packedElementsMakeTheSameArrayAsSingleOnes() throws {
    let packed = PostgresArray(of: .int2, packed: [0, 5, 0xFF, 0xFF, 1, 0], elementSize: 2)
    #expect(try encode(.array(packed)) == encode(.int2Array([5, -1, 256])))
    #expect(packed.count == 3)
    let keys = PostgresArray(of: .bytea, packed: [1, 2, 3, 4, 5, 6], elementSize: 3)
    #expect(try encode(.array(keys)) == encode(.byteaArray([[1, 2, 3], [4, 5, 6]] as [[UInt8]])))
    let none = PostgresArray(of: .uuid, packed: [], elementSize: 16)
    #expect(try encode(.array(none)) == encode(.uuidArray([])))
  }

  @Test func aPackedArrayTakesFurtherElements() throws {
    var array = PostgresArray(of: .int2, packed: [0, 5], elementSize: 2)
    array.append([0, 6])
    #expect(try encode(.array(array)) == encode(.int2Array([5, 6])))
  }
}
