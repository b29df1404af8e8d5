import Cryptography
import Foundation
import Testing

@testable import CloudKMS

/// The way of key material into requests and out of answers.
@Suite struct PlaintextTests {
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
