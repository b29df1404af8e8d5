import Cryptography
import Foundation
import Testing

@Suite struct SecretBytesBase64Tests {
  @Test(arguments: 0...66)
  func decodesWhatFoundationEncodes(count: Int) throws {
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ 250) }
    let secret = try #require(SecretBytes(base64: Data(bytes).base64EncodedString()))
    #expect(secret == SecretBytes(copying: bytes))
  }

  @Test func knowsTheWholeAlphabet() throws {
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    let secret = try #require(SecretBytes(base64: alphabet))
    #expect(secret.withUnsafeBytes { Data($0) } == Data(base64Encoded: alphabet))
  }

  @Test func refusesEveryOtherCharacter() {
    let alphabet = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    for byte in UInt8(0)...127 where !alphabet.contains(byte) {
      let text = "AA" + String(UnicodeScalar(byte)) + "A"
      #expect(SecretBytes(base64: text) == nil, "accepted byte \(byte)")
    }
    #expect(SecretBytes(base64: "AAé") == nil)
  }

  @Test(arguments: [
    "A", "AA", "AAA", "AAAAA", "====", "A===", "=AAA", "AA=A", "AA==AAAA", "AAA=AAAA", " AAAA", "AAAA\n", "AA-_",
    "AB==",
    "AAB=", "AAAA====",
  ])
  func refusesWhatIsNotCanonical(text: String) {
    #expect(SecretBytes(base64: text) == nil)
  }

  @Test func refusesATextOverItsLimit() {
    #expect(SecretBytes(base64: String(repeating: "A", count: SecretBytes.maximumBase64Count + 4)) == nil)
  }
}
