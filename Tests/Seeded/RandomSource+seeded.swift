public import Cryptography
import Locking

extension RandomSource {
  /// The same bytes in every run.
  public static func seeded(_ seed: UInt64) -> RandomSource {
    let generator = Guarded(SeededGenerator(seed: seed))
    return RandomSource { buffer in
      generator.withLock { buffer.copyBytes(from: $0.bytes(buffer.count)) }
    }
  }
}
