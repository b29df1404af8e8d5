import Cryptography
import Envelope
import Testing

@Suite struct SealedValueTests {
  private let masterKey: EnvelopeCipher
  private let value = SecretBytes(copying: "correct horse battery staple".utf8)

  init() throws {
    masterKey = try EnvelopeCipher(key: SecretBytes(copying: 0..<32), kind: .dataKey, keyVersion: 4)
  }

  @Test func opensWhatItSealed() throws {
    let sealed = try SealedValue.seal(value, at: .sample, under: masterKey)
    #expect(sealed.wrappedKey.count == EnvelopeFormat.wrappedKeyByteCount)
    #expect(
      try EnvelopeHeader(parsing: sealed.wrappedKey) == EnvelopeHeader(parsing: masterKey.seal(0..<32, at: .sample)))
    #expect(try EnvelopeHeader(parsing: sealed.payload).kind == .payload)
    #expect(try sealed.open(at: .sample, under: masterKey) == value)
    #expect(
      try SealedValue(wrappedKey: sealed.wrappedKey, payload: sealed.payload).open(at: .sample, under: masterKey)
        == value)
  }

  @Test func usesANewDataKeyEachTime() throws {
    let first = try SealedValue.seal(value, at: .sample, under: masterKey)
    let second = try SealedValue.seal(value, at: .sample, under: masterKey)
    #expect(try masterKey.open(first.wrappedKey, at: .sample) != masterKey.open(second.wrappedKey, at: .sample))
    expectCannotOpen { () throws(EnvelopeError) in
      try SealedValue(wrappedKey: first.wrappedKey, payload: second.payload).open(at: .sample, under: masterKey)
    }
  }

  @Test func survivesARewrapWithItsPayloadUntouched() throws {
    let sealed = try SealedValue.seal(value, at: .sample, under: masterKey)
    let next = try EnvelopeCipher(key: SecretBytes(copying: 1..<33), kind: .dataKey, keyVersion: 5)
    let rewrapped = SealedValue(
      wrappedKey: try masterKey.rewrap(sealed.wrappedKey, at: .sample, to: next), payload: sealed.payload)
    #expect(try rewrapped.open(at: .sample, under: next) == value)
  }

  @Test func refusesEveryOtherAddressForEitherPart() throws {
    let sealed = try SealedValue.seal(value, at: .sample, under: masterKey)
    for address in ValueAddress.neighbours {
      expectCannotOpen { () throws(EnvelopeError) in try sealed.open(at: address, under: masterKey) }
      // The payload is bound by itself: a key that was moved to the address doesn't open it there.
      let moved = SealedValue(
        wrappedKey: try masterKey.seal(masterKey.open(sealed.wrappedKey, at: .sample), at: address),
        payload: sealed.payload)
      expectCannotOpen { () throws(EnvelopeError) in try moved.open(at: address, under: masterKey) }
    }
  }

  @Test func refusesEveryChangedBitOfThePayload() throws {
    let sealed = try SealedValue.seal(value, at: .sample, under: masterKey)
    for bit in 0..<sealed.payload.count * 8 {
      let forged = SealedValue(wrappedKey: sealed.wrappedKey, payload: sealed.payload.flipping(bit))
      expectCannotOpen("bit \(bit)") { () throws(EnvelopeError) in try forged.open(at: .sample, under: masterKey) }
    }
  }

  @Test func refusesACipherOfAnotherKind() throws {
    let other = try EnvelopeCipher(key: SecretBytes(copying: 0..<32), kind: .masterKey, keyVersion: 4)
    let error = #expect(throws: EnvelopeError.self) { try SealedValue.seal(value, at: .sample, under: other) }
    #expect(error?.code == .invalidKey)
    let sealed = try SealedValue.seal(value, at: .sample, under: masterKey)
    expectCannotOpen { () throws(EnvelopeError) in try sealed.open(at: .sample, under: other) }
  }

  @Test func refusesAValueOverTheLimit() {
    let error = #expect(throws: EnvelopeError.self) {
      try SealedValue.seal(
        SecretBytes(count: EnvelopeFormat.maximumPlaintextByteCount + 1) { _ in }, at: .sample, under: masterKey)
    }
    #expect(error?.code == .invalidPlaintext)
  }
}
