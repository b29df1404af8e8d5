import Cryptography
import Foundation
import Testing

@testable import CloudKMS

/// The way of key material into requests and out of answers.
@Suite struct PlaintextTests {
  @Test func base64IsFoundations() {
    for count in 0..<100 {
      let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 167 &+ count) }
      var text = [UInt8]()
      text.append(base64: SecretBytes(copying: bytes))
      #expect(text == Array(Data(bytes).base64EncodedString().utf8))
      #expect(SecretBytes(base64: text[...]) == SecretBytes(copying: bytes))
    }
  }

  @Test func everyByteIsACharacterOrNone() {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    for byte in UInt8.min...UInt8.max {
      let decoded = SecretBytes(base64: [65, 65, 65, byte])
      #expect(
        decoded == alphabet.firstIndex(of: byte).map { SecretBytes(copying: [0, 0, UInt8($0)]) }
          ?? (byte == UInt8(ascii: "=") ? SecretBytes(copying: [0, 0]) : nil))
    }
  }

  @Test(arguments: ["A", "AA", "AAA", "AA=A", "=AAA", "A===", "====", "AB==", "AAB=", "AAAA\n", "AA-_", "AAA "])
  func whatIsNotCanonicalIsRefused(_ text: String) {
    #expect(SecretBytes(base64: Array(text.utf8)[...]) == nil)
  }

  @Test func `base64 for URLs differs in two characters and has no padding`() {
    for count in 0..<100 {
      let bytes = (0..<count).map { UInt8(truncatingIfNeeded: 0xFF &- $0 &* 5) }
      let standard = Data(bytes).base64EncodedString()
      let expected = standard.replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
      var text = Array("x".utf8)
      text.append(base64URL: SecretBytes(copying: bytes))
      #expect(String(decoding: text, as: UTF8.self) == "x" + expected)
      #expect(SecretBytes(base64URL: text[1...]) == SecretBytes(copying: bytes))
      if standard != expected { #expect(SecretBytes(base64URL: Array(standard.utf8)[...]) == nil) }
    }
  }

  @Test(
    arguments: [
      (#"{"k_id":"x","k": "a\nb"}"#, "a\nb"), (#"{"k":"\"\\\/\r\t"}"#, "\"\\/\r\t"),
      (#"{"k":"\u003d\u003D\u000a"}"#, "==\n"), (#"{"k":""}"#, ""), (#"{"k":"\u00e4"}"#, nil), (#"{"k":"\x"}"#, nil),
      (#"{"k":"\u00"}"#, nil), (#"{"k":"\u00zz"}"#, nil), (#"{"k":"a"#, nil), (#"{"k":"a\"#, nil), (#"{"k":7}"#, nil),
      (#"{"k":"#, nil), (#"{"l":"a"}"#, nil),
    ] as [(String, String?)])
  func `a text is taken without its escapes, and zeros are left`(_ json: String, text: String?) {
    var body = Array(json.utf8)
    let count = body.count
    #expect(body.takeText(named: "k") == text.map { SecretBytes(copying: $0.utf8) })
    #expect(body.count == count)
    guard text?.isEmpty == false else { return }
    #expect(String(decoding: body, as: UTF8.self).firstMatch(of: /"k": ?"0+"}$/) != nil)
  }

  @Test func `a plaintext may be written for URLs`() {
    var body = Array(#"{"value":"-_8","kid":"k"}"#.utf8)
    #expect(body.takePlaintext(named: "value", in: .urls) == SecretBytes(copying: [0xFB, 0xFF]))
    #expect(String(decoding: body, as: UTF8.self) == #"{"value":"000","kid":"k"}"#)
  }

  @Test(arguments: [
    ("{\"Plaintext\":\"AQID\",\"KeyId\":\"k\"}", "{\"Plaintext\":\"0000\",\"KeyId\":\"k\"}"),
    ("{\"a\":1, \"Plaintext\" : \n\"AQID\"}", "{\"a\":1, \"Plaintext\" : \n\"0000\"}"),
  ])
  func thePlaintextIsTakenAndOverwritten(_ before: String, _ after: String) {
    var body = Array(before.utf8)
    #expect(body.takePlaintext(named: "Plaintext") == SecretBytes(copying: [1, 2, 3]))
    #expect(String(decoding: body, as: UTF8.self) == after)
  }

  @Test(arguments: [
    "", "{}", "\"Plaintext\"", "{\"Plaintext\":", "{\"Plaintext\":\"", "{\"Plaintext\":7}", "{\"Plaintext\":null}",
    "{\"Plaintext\":\"A\\/ID\"}", "{\"Plaintext\":\"AQI\"}",
  ])
  func thereIsNoneOtherwise(_ text: String) {
    var body = Array(text.utf8)
    #expect(body.takePlaintext(named: "Plaintext") == nil)
  }

  @Test func wipingLeavesNothing() {
    var bytes: [UInt8] = [1, 2, 3]
    bytes.wipe()
    #expect(bytes == [0, 0, 0])
  }
}
