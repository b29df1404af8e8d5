import FoundationEssentials
import Seeded
import Testing

@testable import Repository

@Suite struct KeyRangeTests {
  @Test(arguments: 0..<200 as Range<UInt64>)
  func `bounds increase, are bounded in number, and leave no id out`(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    // Ids that share their first bytes are the usual case: they are ordered by time.
    let shared = random.bytes(Int(random.next() % 17))
    let sample = (0..<random.next() % 200).map { _ in UUID(bytes: Array((shared + random.bytes(16)).prefix(16))) }
    let count = Int(1 + random.next() % 64)

    let uppers = KeyRange.uppers(of: Set(sample).sorted(), count: count)
    #expect(uppers.count <= count)
    #expect(try #require(uppers.last) == .highest)
    for (lower, upper) in zip(uppers, uppers.dropFirst()) { #expect(lower < upper) }
    for _ in 0..<50 {
      let id = UUID(bytes: random.bytes(16))
      let ranges = zip([UUID.lowest] + uppers.dropLast(), uppers).count { $0 < id && id <= $1 }
      #expect(ranges == 1, "\(id) must lie in exactly one range")
    }
  }

  /// A bulk import in one minute of a year: even in time, all rows would be in one range.
  @Test func `ranges are even in rows, however unevenly those are spread over time`() {
    let start = Date(timeIntervalSince1970: 1_795_492_814)
    let ids = (0..<10_000).map { index in
      let time = index < 9_000 ? Double(index) / 150 : Double(index) * 3_000
      return UUID.v7(at: start.addingTimeInterval(time), random: .seeded(UInt64(index)))
    }.sorted()
    let uppers = KeyRange.uppers(of: ids, count: 10)
    #expect(uppers.count == 10)
    for (lower, upper) in zip([UUID.lowest] + uppers.dropLast(), uppers) {
      #expect(ids.count { lower < $0 && $0 <= upper } == 1_000)
    }
  }

  @Test func `one range takes everything`() {
    #expect(KeyRange.uppers(of: [.lowest, .highest], count: 1) == [.highest])
    #expect(KeyRange.uppers(of: [], count: 64) == [.highest])
  }

  @Test func `fewer ids than ranges make fewer ranges`() {
    let ids = (0..<3).map { UUID(bytes: [UInt8](repeating: UInt8($0), count: 16)) }
    #expect(KeyRange.uppers(of: ids, count: 64) == [ids[0], ids[1], .highest])
  }
}
