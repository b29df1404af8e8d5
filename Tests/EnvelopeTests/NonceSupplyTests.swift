import Cryptography
import Locking
import Testing

@testable import Envelope

@Suite struct NonceSupplyTests {
  @Test func drawsTwiceAsManyEachTimeUpToItsLimit() {
    let draws = DrawLog()
    var supply = NonceSupply(random: draws.source)
    var nonce = [UInt8](repeating: 0, count: 12)
    for _ in 0..<1100 { nonce.withUnsafeMutableBytes { supply.takeNonce(into: $0) } }
    #expect(draws.counts == [1, 2, 4, 8, 16, 32, 64, 128, 256, 256, 256, 256].map { $0 * 12 })
  }

  @Test func handsOutTheDrawnBytesInOrder() {
    let draws = DrawLog()
    var supply = NonceSupply(random: draws.source)
    var taken: [UInt8] = []
    for _ in 0..<40 {
      var nonce = [UInt8](repeating: 0, count: 12)
      nonce.withUnsafeMutableBytes { supply.takeNonce(into: $0) }
      taken += nonce
    }
    #expect(taken == (0..<480).map { UInt8(truncatingIfNeeded: $0) })
  }
}

/// A source of 0, 1, 2 … that notes how much it is asked for.
private final class DrawLog: Sendable {
  private let log = Guarded<[Int]>([])

  var counts: [Int] { log.withLock { $0 } }

  var source: RandomSource {
    RandomSource { buffer in
      self.log.withLock { counts in
        let drawn = counts.reduce(0, +)
        for index in buffer.indices { buffer[index] = UInt8(truncatingIfNeeded: drawn + index) }
        counts.append(buffer.count)
      }
    }
  }
}
