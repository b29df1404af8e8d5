import Cryptography
import Envelope
import Testing

@Suite struct RewrapTests {
  private let dataKey = SecretBytes(copying: 50..<82)
  private let old: EnvelopeCipher
  private let new: EnvelopeCipher

  init() throws {
    old = try EnvelopeCipher(key: SecretBytes(copying: 0..<32), kind: .dataKey, keyVersion: 1)
    new = try EnvelopeCipher(key: SecretBytes(copying: 1..<33), kind: .dataKey, keyVersion: 2)
  }

  @Test func movesAKeyToTheNewVersion() throws {
    let envelope = try old.seal(dataKey, at: .sample)
    let moved = try old.rewrap(envelope, at: .sample, to: new)
    #expect(try EnvelopeHeader(parsing: moved).keyVersion == 2)
    #expect(try new.open(moved, at: .sample) == dataKey)
    expectCannotOpen { () throws(EnvelopeError) in try old.open(moved, at: .sample) }
    for address in ValueAddress.neighbours {
      expectCannotOpen { () throws(EnvelopeError) in try new.open(moved, at: address) }
    }
  }

  @Test func drawsAFreshNonceEachTime() throws {
    let envelope = try old.seal(dataKey, at: .sample)
    let nonces = try (0..<1000).map { _ in Array(try old.rewrap(envelope, at: .sample, to: new)[9..<21]) }
    #expect(Set(nonces + [Array(envelope[9..<21])]).count == 1001)
  }

  @Test func movesAKeyWithinItsOwnVersion() throws {
    let moved = try old.rewrap(try old.seal(dataKey, at: .sample), at: .sample, to: old)
    #expect(try old.open(moved, at: .sample) == dataKey)
  }

  @Test func worksInPlace() throws {
    var envelope = try old.seal(dataKey, at: .sample)
    try envelope.withUnsafeMutableBytes { bytes in
      try old.rewrap(UnsafeRawBufferPointer(bytes), at: .sample, to: new, into: bytes)
    }
    #expect(try new.open(envelope, at: .sample) == dataKey)
  }

  @Test func leavesNothingOfTheKeyWhereItFails() throws {
    let envelope = try old.seal(dataKey, at: .sample)
    for bit in 0..<envelope.count * 8 {
      var output = [UInt8](repeating: 0, count: EnvelopeFormat.wrappedKeyByteCount)
      expectCannotOpen("bit \(bit)") { () throws(EnvelopeError) in
        try envelope.flipping(bit).withUnsafeBufferPointer { forged throws(EnvelopeError) in
          try output.withUnsafeMutableBufferPointer { output throws(EnvelopeError) in
            try old.rewrap(
              UnsafeRawBufferPointer(forged), at: .sample, to: new, into: UnsafeMutableRawBufferPointer(output))
          }
        }
      }
      #expect(output.allSatisfy { $0 == 0 })
    }
  }

  @Test func refusesEveryOtherAddressAndLength() throws {
    let envelope = try old.seal(dataKey, at: .sample)
    for address in ValueAddress.neighbours {
      expectCannotOpen { () throws(EnvelopeError) in try old.rewrap(envelope, at: address, to: new) }
    }
    for count in 0..<envelope.count {
      expectCannotOpen { () throws(EnvelopeError) in try old.rewrap(envelope.prefix(count), at: .sample, to: new) }
    }
    expectCannotOpen { () throws(EnvelopeError) in try old.rewrap(envelope + [0], at: .sample, to: new) }
  }

  @Test func refusesToChangeTheKind() throws {
    let envelope = try old.seal(dataKey, at: .sample)
    let master = try EnvelopeCipher(key: SecretBytes(copying: 1..<33), kind: .masterKey, keyVersion: 2)
    let payload = try EnvelopeCipher(key: SecretBytes(copying: 0..<32), kind: .payload, keyVersion: 0)
    expectCannotOpen { () throws(EnvelopeError) in try old.rewrap(envelope, at: .sample, to: master) }
    let sealed = try payload.seal(dataKey, at: .sample)
    expectCannotOpen { () throws(EnvelopeError) in try payload.rewrap(sealed, at: .sample, to: payload) }
  }
}
