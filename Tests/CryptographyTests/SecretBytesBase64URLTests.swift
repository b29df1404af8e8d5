import Cryptography
import Foundation
import Testing

@Suite struct SecretBytesBase64URLTests {
  @Test(arguments: 0...66)
  func `a secret survives being written and read`(count: Int) throws {
    let secret = SecretBytes(copying: (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ 250) })
    let text = secret.exposedBase64URL()
    #expect(text.utf8.count == (count * 8 + 5) / 6)
    #expect(try #require(SecretBytes(base64: text, in: .urls)) == secret)
  }

  @Test func `it has the alphabet of RFC 4648 section 5`() throws {
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    #expect(try #require(SecretBytes(base64: alphabet, in: .urls)).exposedBase64URL() == alphabet)
  }

  @Test(arguments: ["A", "AAAAA", "AA==", "AA=", "AA+A", "AA/A", "AA A", "AAé", "AB", "AAB", "AA\u{0}A"])
  func `whatever else is written is refused`(text: String) {
    #expect(SecretBytes(base64: text, in: .urls) == nil)
    #expect(SecretBytes(base64: Array(text.utf8)[...], in: .urls) == nil)
    #expect(Base64Alphabet.urls.bytes(of: text) == nil)
  }

  @Test func `it differs from base64 in two characters and has no padding`() {
    for count in 0..<100 {
      let bytes = (0..<count).map { UInt8(truncatingIfNeeded: 0xFF &- $0 &* 5) }
      let secret = SecretBytes(copying: bytes)
      let standard = Data(bytes).base64EncodedString()
      let expected = standard.replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
      let text = [UInt8]("x", base64: secret, in: .urls, followedBy: "y".utf8)
      #expect(String(decoding: text, as: UTF8.self) == "x\(expected)y")
      #expect(SecretBytes(base64: text[1...].dropLast(), in: .urls) == secret)
      #expect(Base64Alphabet.urls.bytes(of: expected) == bytes)
      if standard != expected { #expect(SecretBytes(base64: standard, in: .urls) == nil) }
    }
  }
}
