import FoundationEssentials
import Testing

@testable import Repository

@Suite struct KeyRangeTests {
  @Test(arguments: 0..<200 as Range<UInt64>)
  func `bounds increase, are bounded in number, and leave no id out`(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    // Ids that share their first bytes are the usual case: they are ordered by time.
    let shared = random.bytes(Int(random.next() % 17))
    let ids = (0..<2).map { _ in UUID(bytes: Array((shared + random.bytes(16)).prefix(16))) }.sorted()
    let count = Int32(1 + random.next() % 64)

    let uppers = KeyRange.uppers(from: ids[0], through: ids[1], count: count)
    #expect(uppers.count <= count)
    #expect(try #require(uppers.last) == .highest)
    for (lower, upper) in zip(uppers, uppers.dropFirst()) { #expect(lower < upper) }
    for _ in 0..<50 {
      let id = UUID(bytes: random.bytes(16))
      let ranges = zip([UUID.lowest] + uppers.dropLast(), uppers).count { $0 < id && id <= $1 }
      #expect(ranges == 1, "\(id) must lie in exactly one range")
    }
  }

  @Test func `ids spread over time are split evenly`() {
    let start = Date(timeIntervalSince1970: 1_795_492_814)
    let ids = (0..<10_000).map { UUID.v7(at: start.addingTimeInterval(Double($0)), random: .seeded(UInt64($0))) }
    let uppers = KeyRange.uppers(from: ids[0], through: ids[9_999], count: 10)
    #expect(uppers.count == 10)
    for (lower, upper) in zip([UUID.lowest] + uppers.dropLast(), uppers) {
      let rows = ids.count { lower < $0 && $0 <= upper }
      #expect((999...1_001).contains(rows))
    }
  }

  @Test func `one range takes everything`() {
    #expect(KeyRange.uppers(from: .lowest, through: .highest, count: 1) == [.highest])
  }

  @Test func `equal ids make no empty ranges between them`() {
    let id = UUID.v7(at: Date(timeIntervalSince1970: 1e9), random: .seeded(3))
    let uppers = KeyRange.uppers(from: id, through: id, count: 64)
    #expect(uppers.count <= 2)
    #expect(uppers.last == .highest)
  }

  @Test func `the whole space of ids is split without overflow`() {
    let uppers = KeyRange.uppers(from: .lowest, through: .highest, count: 64)
    #expect(uppers.count == 64)
    #expect(uppers[31].bytes.prefix(8).elementsEqual([0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]))
  }

  @Test func `a span narrower than the number of ranges has fewer`() {
    let first = UUID(bytes: [0, 0, 0, 0, 0, 0, 0, 5] + [UInt8](repeating: 0xEE, count: 8))
    let last = UUID(bytes: [0, 0, 0, 0, 0, 0, 0, 8] + [UInt8](repeating: 0, count: 8))
    #expect(KeyRange.uppers(from: first, through: last, count: 64).count == 4)
  }
}
