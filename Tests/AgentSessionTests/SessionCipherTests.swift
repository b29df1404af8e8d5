import AgentSession
import Cryptography
import Testing

@Suite struct SessionCipherTests {
  static let nonce = "0123456789abcdef"
  let dataKey = SecretBytes(copying: 100..<132)

  static func cipher(_ context: SessionContext = .sample, keyFrom other: SessionContext? = nil) throws -> SessionCipher
  {
    let key = try SessionKey.derive(from: .sample, nonce: nonce, for: other ?? context)
    return try SessionCipher(key: key, context: context)
  }

  @Test func `what is sealed for a value opens for it`() throws {
    let cipher = try Self.cipher()
    for value in [ValueContext.sample] + ValueContext.neighbours {
      let sealed = try cipher.seal(dataKey, of: value)
      #expect(sealed.count == SessionCipher.byteCount)
      #expect(try Self.cipher().open(sealed, of: value) == dataKey)
    }
  }

  @Test func `it opens for no other value`() throws {
    let cipher = try Self.cipher()
    let sealed = try cipher.seal(dataKey, of: .sample)
    for (index, other) in ValueContext.neighbours.enumerated() {
      #expect(cipher.open(sealed, of: other) == nil, "neighbour \(index)")
    }
  }

  @Test func `it opens in no other session, even under the same key`() throws {
    let sealed = try Self.cipher().seal(dataKey, of: .sample)
    for (index, other) in SessionContext.neighbours.enumerated() {
      #expect(try Self.cipher(other).open(sealed, of: .sample) == nil, "neighbour \(index)")
      #expect(try Self.cipher(other, keyFrom: .sample).open(sealed, of: .sample) == nil, "neighbour \(index)")
    }
  }

  @Test func `no bit of it may change, nor its length`() throws {
    let cipher = try Self.cipher()
    let sealed = try cipher.seal(dataKey, of: .sample)
    for bit in 0..<sealed.count * 8 {
      var damaged = sealed
      damaged[bit / 8] ^= 1 << UInt8(bit % 8)
      #expect(cipher.open(damaged, of: .sample) == nil, "bit \(bit)")
    }
    for length in 0..<sealed.count { #expect(cipher.open(Array(sealed[..<length]), of: .sample) == nil) }
    #expect(cipher.open(sealed + [0], of: .sample) == nil)
  }

  @Test func `no nonce comes twice`() throws {
    let cipher = try Self.cipher()
    let nonces = try (0..<1_000).map { _ in Array(try cipher.seal(dataKey, of: .sample)[..<12]) }
    #expect(Set(nonces).count == nonces.count)
  }
}
