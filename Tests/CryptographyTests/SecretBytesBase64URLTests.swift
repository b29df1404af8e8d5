import Cryptography
import Testing

@Suite struct SecretBytesBase64URLTests {
  @Test(arguments: 0...66)
  func `a secret survives being written and read`(count: Int) throws {
    let secret = SecretBytes(copying: (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ 250) })
    let text = secret.exposedBase64URL()
    #expect(text.utf8.count == (count * 8 + 5) / 6)
    #expect(try #require(SecretBytes(base64URL: text)) == secret)
  }

  @Test func `it has the alphabet of RFC 4648 section 5`() throws {
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    #expect(try #require(SecretBytes(base64URL: alphabet)).exposedBase64URL() == alphabet)
  }

  @Test(arguments: ["A", "AAAAA", "AA==", "AA=", "AA+A", "AA/A", "AA A", "AAé", "AB", "AAB", "AA\u{0}A"])
  func `whatever else is written is refused`(text: String) {
    #expect(SecretBytes(base64URL: text) == nil)
  }
}
