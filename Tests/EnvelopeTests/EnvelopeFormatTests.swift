import Cryptography
import Envelope
import Testing

/// The bytes of KCT1 as the contract lays them out, built here by hand.
@Suite struct EnvelopeFormatTests {
  private let key = SecretBytes(copying: 100..<132)

  @Test func hasTheSizesOfTheContract() {
    #expect(EnvelopeFormat.overheadByteCount == 37)
    #expect(EnvelopeFormat.wrappedKeyByteCount == 69)
    #expect(EnvelopeFormat.byteCount(ofPlaintext: 256) == 293)
    #expect(EnvelopeKind.allCases.map(\.rawValue) == [1, 2, 3])
  }

  @Test func laysOutAWrappedKeyAsTheContractSays() throws {
    let nonce: [UInt8] = Array(200..<212)
    let random = RandomSource { $0.copyBytes(from: nonce) }
    let cipher = try EnvelopeCipher(key: key, kind: .dataKey, keyVersion: 0x0102_0304, random: random)
    let dataKey: [UInt8] = Array(50..<82)

    let header = Array("KCT1".utf8) + [1, 1, 2, 3, 4]
    let address = Array(UInt8(0)...15) + [2] + Array(UInt8(16)...31) + [0x20, 0x21, 0x22, 0x23]
    let sealed = try AES256GCM(key: key).seal(dataKey, nonce: nonce, additionalData: header + address)
    #expect(try cipher.seal(dataKey, at: .sample) == header + nonce + sealed)
  }

  @Test func laysOutAPayloadAsTheContractSays() throws {
    let random = RandomSource { buffer in buffer.copyBytes(from: [UInt8](repeating: 5, count: buffer.count)) }
    let cipher = try EnvelopeCipher(key: key, kind: .payload, keyVersion: 0, random: random)
    let envelope = try cipher.seal("value".utf8, at: .sample)
    #expect(Array(envelope.prefix(21)) == Array("KCT1".utf8) + [2, 0, 0, 0, 0] + [UInt8](repeating: 5, count: 12))
    #expect(envelope.count == 5 + 37)
  }

  @Test func readsAHeader() throws {
    let cipher = try EnvelopeCipher(key: key, kind: .masterKey, keyVersion: .max)
    let header = try EnvelopeHeader(parsing: cipher.seal(0..<32, at: .sample))
    #expect(header.kind == .masterKey)
    #expect(header.keyVersion == .max)
  }

  @Test func refusesWhatIsNoHeader() throws {
    let wrapped = Array("KCT1".utf8) + [1, 0, 0, 0, 7] + [UInt8](repeating: 0, count: 60)
    #expect(try EnvelopeHeader(parsing: wrapped).keyVersion == 7)
    for bit in 0..<32 {
      expectCannotOpen { () throws(EnvelopeError) in try EnvelopeHeader(parsing: wrapped.flipping(bit)) }
    }
    for kind in [UInt8](0...255) where !(1...3).contains(kind) {
      expectCannotOpen { () throws(EnvelopeError) in
        try EnvelopeHeader(parsing: wrapped[..<4] + [kind] + wrapped[5...])
      }
    }
    for count in 0..<69 {
      expectCannotOpen { () throws(EnvelopeError) in try EnvelopeHeader(parsing: wrapped.prefix(count)) }
    }
    expectCannotOpen { () throws(EnvelopeError) in try EnvelopeHeader(parsing: wrapped + [0]) }
  }

  @Test func refusesAPayloadWithAKeyVersionOrOverTheLimit() throws {
    let payload = Array("KCT1".utf8) + [2, 0, 0, 0, 0] + [UInt8](repeating: 0, count: 28)
    #expect(try EnvelopeHeader(parsing: payload).kind == .payload)
    for bit in 40..<72 {
      expectCannotOpen { () throws(EnvelopeError) in try EnvelopeHeader(parsing: payload.flipping(bit)) }
    }
    let longest = payload + [UInt8](repeating: 0, count: EnvelopeFormat.maximumPlaintextByteCount)
    #expect(try EnvelopeHeader(parsing: longest).kind == .payload)
    expectCannotOpen { () throws(EnvelopeError) in try EnvelopeHeader(parsing: longest + [0]) }
  }
}
