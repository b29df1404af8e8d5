import Cryptography
import Envelope
import Testing

@Suite struct EnvelopeCipherTests {
  private let key = SecretBytes(copying: 0..<32)
  private let dataKey = SecretBytes(copying: 50..<82)

  @Test(arguments: [EnvelopeKind.dataKey, .masterKey])
  func opensAKeyThatItSealed(kind: EnvelopeKind) throws {
    let cipher = try EnvelopeCipher(key: key, kind: kind, keyVersion: 3)
    let envelope = try cipher.seal(dataKey, at: .sample)
    #expect(envelope.count == EnvelopeFormat.wrappedKeyByteCount)
    #expect(try cipher.open(envelope, at: .sample) == dataKey)
  }

  @Test func opensPayloadsOfEveryLength() throws {
    let cipher = try EnvelopeCipher(key: key, kind: .payload, keyVersion: 0)
    for count in Array(0...4096) + [1 << 20, EnvelopeFormat.maximumPlaintextByteCount] {
      let value = SecretBytes.random(count: count)
      let envelope = try cipher.seal(value, at: .sample)
      #expect(envelope.count == EnvelopeFormat.byteCount(ofPlaintext: count))
      #expect(try cipher.open(envelope, at: .sample) == value)
    }
  }

  @Test func neverRepeatsANonce() throws {
    let cipher = try EnvelopeCipher(key: key, kind: .dataKey, keyVersion: 1)
    let nonces = try (0..<3000).map { _ in Array(try cipher.seal(dataKey, at: .sample)[9..<21]) }
    #expect(Set(nonces).count == nonces.count)
  }

  @Test func refusesEveryChangedBit() throws {
    let cipher = try EnvelopeCipher(key: key, kind: .dataKey, keyVersion: 3)
    let envelope = try cipher.seal(dataKey, at: .sample)
    for bit in 0..<envelope.count * 8 {
      expectCannotOpen("bit \(bit)") { () throws(EnvelopeError) in
        try cipher.open(envelope.flipping(bit), at: .sample)
      }
    }
  }

  @Test func refusesEveryOtherAddress() throws {
    let cipher = try EnvelopeCipher(key: key, kind: .dataKey, keyVersion: 3)
    let envelope = try cipher.seal(dataKey, at: .sample)
    #expect(ValueAddress.neighbours.count == 297)
    for address in ValueAddress.neighbours {
      expectCannotOpen("\(address)") { () throws(EnvelopeError) in try cipher.open(envelope, at: address) }
    }
  }

  @Test func refusesAnotherKindKeyOrKeyVersion() throws {
    let envelope = try EnvelopeCipher(key: key, kind: .dataKey, keyVersion: 3).seal(dataKey, at: .sample)
    let others = [
      try EnvelopeCipher(key: key, kind: .masterKey, keyVersion: 3),
      try EnvelopeCipher(key: key, kind: .payload, keyVersion: 0),
      try EnvelopeCipher(key: key, kind: .dataKey, keyVersion: 2),
      try EnvelopeCipher(key: SecretBytes(copying: 1..<33), kind: .dataKey, keyVersion: 3),
    ]
    for other in others {
      expectCannotOpen { () throws(EnvelopeError) in try other.open(envelope, at: .sample) }
      // Nor does it help to write the other's header over the envelope's own.
      let own = try other.seal(dataKey, at: .sample).prefix(9)
      expectCannotOpen { () throws(EnvelopeError) in try other.open(own + envelope[9...], at: .sample) }
    }
  }

  @Test(arguments: [EnvelopeKind.dataKey, .payload])
  func refusesEveryOtherLength(kind: EnvelopeKind) throws {
    let cipher = try EnvelopeCipher(key: key, kind: kind, keyVersion: 0)
    let envelope = try cipher.seal(dataKey, at: .sample)
    for count in 0..<envelope.count {
      expectCannotOpen("\(count)") { () throws(EnvelopeError) in try cipher.open(envelope.prefix(count), at: .sample) }
    }
    for count in 1...64 {
      expectCannotOpen("+\(count)") { () throws(EnvelopeError) in
        try cipher.open(envelope + [UInt8](repeating: 0, count: count), at: .sample)
      }
    }
    expectCannotOpen { () throws(EnvelopeError) in
      try cipher.open([UInt8](repeating: 0, count: 3 << 20), at: .sample)
    }
  }

  @Test func refusesRandomBytes() throws {
    let seed = UInt64.random(in: .min ... .max)
    var generator = SplitMix64(state: seed)
    let cipher = try EnvelopeCipher(key: key, kind: .payload, keyVersion: 0)
    let envelope = try cipher.seal(0..<64, at: .sample)
    for round in 0..<5000 {
      var bytes = envelope
      switch generator.next() % 3 {
      case 0:
        bytes = (0..<Int(generator.next() % 200)).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
      case 1:
        for _ in 0...generator.next() % 8 {
          bytes[Int(generator.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: generator.next())
        }
      default:
        let start = Int(generator.next() % UInt64(bytes.count))
        bytes.removeSubrange(start..<min(bytes.count, start + 1 + Int(generator.next() % 16)))
      }
      guard bytes != envelope else { continue }
      expectCannotOpen("seed \(seed), round \(round)") { () throws(EnvelopeError) in
        try cipher.open(bytes, at: .sample)
      }
    }
  }

  @Test func refusesAPlaintextThatItsKindDoesNotHold() throws {
    for kind in [EnvelopeKind.dataKey, .masterKey] {
      let cipher = try EnvelopeCipher(key: key, kind: kind, keyVersion: 1)
      for count in [0, 16, 31, 33, 64] {
        let error = #expect(throws: EnvelopeError.self) {
          try cipher.seal([UInt8](repeating: 0, count: count), at: .sample)
        }
        #expect(error?.code == .invalidPlaintext)
      }
    }
    let payload = try EnvelopeCipher(key: key, kind: .payload, keyVersion: 0)
    let error = #expect(throws: EnvelopeError.self) {
      try payload.seal([UInt8](repeating: 0, count: EnvelopeFormat.maximumPlaintextByteCount + 1), at: .sample)
    }
    #expect(error?.code == .invalidPlaintext)
  }

  @Test func refusesAnInvalidKey() {
    for count in [0, 16, 31, 33] {
      let error = #expect(throws: EnvelopeError.self) {
        try EnvelopeCipher(key: SecretBytes.random(count: count), kind: .dataKey, keyVersion: 1)
      }
      #expect(error?.code == .invalidKey)
    }
    let error = #expect(throws: EnvelopeError.self) { try EnvelopeCipher(key: key, kind: .payload, keyVersion: 1) }
    #expect(error?.code == .invalidKey)
  }
}

/// A small generator whose sequence a printed seed repeats (Steele, Lea and Flood: "Fast splittable pseudorandom number
/// generators").
private struct SplitMix64: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }
}
