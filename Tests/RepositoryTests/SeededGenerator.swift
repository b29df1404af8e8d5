import Cryptography
import Synchronization

/// SplitMix64 (Steele, Lea, Flood 2014), so that a failing run can be repeated.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  mutating func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) } }
}

extension RandomSource {
  /// The same bytes in every run.
  static func seeded(_ seed: UInt64) -> RandomSource {
    let generator = Mutex(SeededGenerator(seed: seed))
    return RandomSource { buffer in
      generator.withLock { buffer.copyBytes(from: $0.bytes(buffer.count)) }
    }
  }
}
