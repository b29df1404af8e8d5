import Cryptography
import Foundation
import Testing

@Suite struct SecretBytesBase64Tests {
  @Test(arguments: 0...66)
  func decodesWhatFoundationEncodes(count: Int) throws {
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ 250) }
    let text = Data(bytes).base64EncodedString()
    let secret = try #require(SecretBytes(base64: text))
    #expect(secret == SecretBytes(copying: bytes))
    #expect(SecretBytes(base64: Array("x\(text)y".utf8)[1...].dropLast()) == secret)
    #expect(Base64Alphabet.standard.bytes(of: text) == bytes)
  }

  @Test(arguments: 0...66)
  func `encodes as Foundation does, in the midst of a text`(count: Int) {
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 167 &+ count) }
    let text = [UInt8](#"{"k":""#, base64: SecretBytes(copying: bytes), followedBy: #""}"#.utf8)
    #expect(String(decoding: text, as: UTF8.self) == #"{"k":"\#(Data(bytes).base64EncodedString())"}"#)
  }

  @Test func knowsTheWholeAlphabet() throws {
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    let secret = try #require(SecretBytes(base64: alphabet))
    #expect(secret.withUnsafeBytes { Data($0) } == Data(base64Encoded: alphabet))
  }

  @Test func everyByteIsACharacterOrNone() {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    for byte in UInt8.min...UInt8.max {
      let decoded = SecretBytes(base64: [65, 65, 65, byte])
      #expect(
        decoded == alphabet.firstIndex(of: byte).map { SecretBytes(copying: [0, 0, UInt8($0)]) }
          ?? (byte == UInt8(ascii: "=") ? SecretBytes(copying: [0, 0]) : nil))
      if !alphabet.contains(byte) { #expect(SecretBytes(base64: [65, 65, byte, 65]) == nil, "accepted byte \(byte)") }
    }
    #expect(SecretBytes(base64: "AAé") == nil)
  }

  @Test(arguments: [
    "A", "AA", "AAA", "AAAAA", "====", "A===", "=AAA", "AA=A", "AA==AAAA", "AAA=AAAA", " AAAA", "AAAA\n", "AA-_",
    "AB==",
    "AAB=", "AAAA====", "AAA ",
  ])
  func refusesWhatIsNotCanonical(text: String) {
    #expect(SecretBytes(base64: text) == nil)
    #expect(SecretBytes(base64: Array(text.utf8)[...]) == nil)
    #expect(Base64Alphabet.standard.bytes(of: text) == nil)
  }

  @Test func refusesATextOverItsLimit() {
    let text = String(repeating: "A", count: SecretBytes.maximumBase64Count + 4)
    #expect(SecretBytes(base64: text) == nil)
    #expect(SecretBytes(base64: Array(text.utf8)[...]) == nil)
    #expect(SecretBytes(base64: String(text.dropLast(4)))?.count == SecretBytes.maximumBase64Count / 4 * 3)
  }
}
