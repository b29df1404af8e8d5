import Seeded

/// Makes new inputs of old ones.
struct Mutator {
  static let maximumLength = 4096
  /// Bytes that parsers tend to treat in a way of their own.
  private static let edges: [UInt8] =
    Array("\0\"\\{}[]:,.;%+-/=&<>@ \n\t019aAzZ~".utf8) + [0x7F, 0x80, 0xC0, 0xED, 0xFF]

  var generator: SeededGenerator
  let dictionary: [[UInt8]]

  init(seed: UInt64, dictionary: [String]) {
    generator = SeededGenerator(seed: seed)
    self.dictionary = dictionary.map { Array($0.utf8) }
  }

  /// One to four changes of one of the inputs.
  mutating func mutant(of pool: [[UInt8]]) -> [UInt8] {
    var bytes = pool.randomElement(using: &generator) ?? []
    for _ in 0..<Int.random(in: 1...4, using: &generator) { change(&bytes, pool) }
    return Array(bytes.prefix(Self.maximumLength))
  }

  private mutating func change(_ bytes: inout [UInt8], _ pool: [[UInt8]]) {
    let range = range(in: bytes)
    switch Int.random(in: 0..<10, using: &generator) {
    case 0, 1:
      guard let index = bytes.indices.randomElement(using: &generator) else { return }
      bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
    case 2:
      guard let index = bytes.indices.randomElement(using: &generator) else { return }
      bytes[index] = Self.edges.randomElement(using: &generator) ?? 0
    case 3: bytes.removeSubrange(range)
    case 4: bytes.insert(contentsOf: bytes[range], at: range.upperBound)
    case 5: bytes.insert(contentsOf: generator.bytes(Int.random(in: 1...8, using: &generator)), at: range.lowerBound)
    case 6: bytes.insert(contentsOf: dictionary.randomElement(using: &generator) ?? [], at: range.lowerBound)
    case 7: bytes.replaceSubrange(range, with: dictionary.randomElement(using: &generator) ?? [])
    case 8:
      let other = pool.randomElement(using: &generator) ?? []
      bytes.replaceSubrange(range, with: other[self.range(in: other)])
    default: bytes.removeSubrange(range.lowerBound...)
    }
  }

  /// Mostly a short one.
  private mutating func range(in bytes: [UInt8]) -> Range<Int> {
    let start = Int.random(in: 0...bytes.count, using: &generator)
    let longest = generator.chance(80) ? min(8, bytes.count - start) : bytes.count - start
    return start..<start + Int.random(in: 0...longest, using: &generator)
  }
}
