import Cryptography
import Testing

@Suite struct RandomSourceTests {
  @Test func fillsExactlyWhatItIsAskedFor() {
    let source = RandomSource { buffer in
      for index in buffer.indices { buffer[index] = 7 }
    }
    #expect(source.bytes(0).isEmpty)
    #expect(source.bytes(5) == [7, 7, 7, 7, 7])
    var bytes: [UInt8] = [1, 1, 1]
    bytes.withUnsafeMutableBytes { source.fill(UnsafeMutableRawBufferPointer(rebasing: $0[1...])) }
    #expect(bytes == [1, 7, 7])
  }

  @Test func theSystemsBytesDiffer() {
    let draws = (0..<64).map { _ in RandomSource.system.bytes(16) }
    #expect(Set(draws).count == 64)
    // Over 64 KiB each value of a byte is expected 256 times; that one is missing has a chance of 256 * e^-256.
    #expect(Set(RandomSource.system.bytes(65536)).count == 256)
  }
}
