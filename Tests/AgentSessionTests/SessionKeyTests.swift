import AgentSession
import Cryptography
import Testing

@Suite struct SessionKeyTests {
  let nonce = "0123456789abcdef"

  @Test func `it is HKDF over the agent's secret, the nonce and the session, as an agent in any language computes it`()
    throws
  {
    let key = try SessionKey.derive(from: .sample, nonce: nonce, for: .sample)
    // Each field as four bytes of length and its text.
    let info =
      "\0\0\0\u{1B}tenant-kms agent session v1"
      + "\0\0\0\u{6}tenant\0\0\0\u{5}agent\0\0\0\u{7}session\0\0\0\u{6}issued\0\0\0\u{7}expires"
    let expected = try HKDFSHA256.deriveKey(
      from: .sample, salt: Array(nonce.utf8), info: Array(info.utf8), count: 48)
    let bytes = expected.withUnsafeBytes { [UInt8]($0) }
    #expect(key.key == SecretBytes(copying: bytes[..<32]))
    let digits = bytes[32...].map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    #expect(key.id == "sk_" + digits)
  }

  @Test func `both sides derive the same`() throws {
    let (here, there) = (
      try SessionKey.derive(from: .sample, nonce: nonce, for: .sample),
      try SessionKey.derive(from: SecretBytes(copying: 0..<32), nonce: nonce, for: .sample)
    )
    #expect(here.key == there.key)
    #expect(here.id == there.id)
  }

  @Test func `another secret, nonce or session has another key and another id`() throws {
    let keys =
      [
        try SessionKey.derive(from: .sample, nonce: nonce, for: .sample),
        try SessionKey.derive(from: SecretBytes(copying: 1..<33), nonce: nonce, for: .sample),
        try SessionKey.derive(from: .sample, nonce: "0123456789abcdeg", for: .sample),
      ] + (try SessionContext.neighbours.map { try SessionKey.derive(from: .sample, nonce: nonce, for: $0) })
    #expect(Set(keys.map(\.id)).count == keys.count)
    for (index, key) in keys.enumerated() {
      #expect(keys[..<index].allSatisfy { $0.key != key.key })
    }
  }

  @Test func `the id tells nothing of the key, nor of the secret's stored hash`() throws {
    let key = try SessionKey.derive(from: .sample, nonce: nonce, for: .sample)
    let hash = SHA256.hash(0..<32)
    #expect(key.id.utf8.count == 35)
    #expect(key.key != SecretBytes(copying: hash))
    #expect("\(key.key)" == "SecretBytes(redacted)")
  }
}
