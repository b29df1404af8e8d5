import Cryptography
import FoundationEssentials
import Seeded
import Testing

@testable import Repository

@Suite struct UUIDv7Tests {
  /// RFC 9562, appendix A.6: the time and every random bit of its example.
  @Test func `matches the example of RFC 9562`() {
    let random = RandomSource { buffer in
      let bytes: [UInt8] = [0, 0, 0, 0, 0, 0, 0x0C, 0xC3, 0x18, 0xC4, 0xDC, 0x0C, 0x0C, 0x07, 0x39, 0x8F]
      buffer.copyBytes(from: bytes)
    }
    let id = UUID.v7(at: Date(timeIntervalSince1970: 1_645_557_742), random: random)
    #expect(id.uuidString == "017F22E2-79B0-7CC3-98C4-DC0C0C07398F")
  }

  @Test func `ids of later milliseconds are greater, whatever their random bits`() {
    let random = RandomSource.seeded(1)
    let start = Date(timeIntervalSince1970: 1_795_492_814)
    let ids = (0..<1_000).map { UUID.v7(at: start.addingTimeInterval(Double($0) / 1_000), random: random) }
    #expect(ids == ids.sorted())
    #expect(Set(ids).count == ids.count)
  }

  @Test func `version and variant stand however the random bits fall`() {
    for fill in [UInt8(0), 0xFF] {
      let id = UUID.v7(
        at: Date(timeIntervalSince1970: 0),
        random: RandomSource { $0.initializeMemory(as: UInt8.self, repeating: fill) })
      #expect(id.bytes[6] >> 4 == 7)
      #expect(id.bytes[8] >> 6 == 0b10)
      #expect(id.bytes.prefix(6).elementsEqual([0, 0, 0, 0, 0, 0]))
    }
  }

  @Test func `a time before 1970 counts as 1970`() {
    let id = UUID.v7(at: Date(timeIntervalSince1970: -1e9), random: .seeded(2))
    #expect(id.bytes.prefix(6).elementsEqual([0, 0, 0, 0, 0, 0]))
  }

  @Test func `every id lies between the lowest and the highest`() {
    let id = UUID.v7(at: .distantFuture)
    #expect(UUID.lowest < id && id < UUID.highest)
    #expect(UUID(bytes: id.bytes) == id)
  }
}
