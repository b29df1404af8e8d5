import Cryptography
import Seeded
import Synchronization

extension RandomSource {
  /// The same bytes in every run.
  static func seeded(_ seed: UInt64) -> RandomSource {
    let generator = Mutex(SeededGenerator(seed: seed))
    return RandomSource { buffer in
      generator.withLock { buffer.copyBytes(from: $0.bytes(buffer.count)) }
    }
  }
}
