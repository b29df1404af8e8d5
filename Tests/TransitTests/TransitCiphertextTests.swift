import Testing

@testable import Transit

@Suite struct TransitCiphertextTests {
  static let payload = (0..<UInt8(28)).map { $0 }
  static let text = "knoxcall:v7:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGw=="

  @Test func `a ciphertext is written and read as the contract says`() throws {
    let ciphertext = TransitCiphertext(keyVersion: 7, payload: Self.payload)
    #expect(ciphertext.text == Self.text)
    #expect(try TransitCiphertext(parsing: Self.text) == ciphertext)
    let largest = TransitCiphertext(keyVersion: .max, payload: Self.payload)
    #expect(try TransitCiphertext(parsing: largest.text) == largest)
  }

  @Test(
    arguments: [
      "", "knoxcall", "knoxcall:", "knoxcall:v", "knoxcall:v7", "knoxcall:7:AAAA", "KNOXCALL:v7:AAAA",
      "knoxcall:v0:", "knoxcall:v07:", "knoxcall:v-7:", "knoxcall:v+7:", "knoxcall:v 7:", "knoxcall:v٧:",
      "knoxcall:v2147483648:", "knoxcall:v99999999999:", "knoxcall:v7 :", " knoxcall:v7:",
    ])
  func `any other beginning is malformed`(beginning: String) {
    let rest = Self.text.split(separator: ":", maxSplits: 2)[2]
    #expect(throws: TransitError.malformed) { try TransitCiphertext(parsing: beginning + rest) }
    #expect(throws: TransitError.malformed) { try TransitCiphertext(parsing: beginning) }
  }

  @Test func `a payload is strict base64 of at least a nonce and a tag`() {
    let whole = Self.text
    let bad = [
      String(whole.dropLast(4)), String(whole.dropLast()), whole + "=", whole + "\n", whole + "AAAA=",
      // Bits behind the last byte.
      whole.replacing("Gw==", with: "Gx=="), whole.replacing("AAEC", with: "AA-C"),
      whole.replacing("AAEC", with: "AA C"),
      "knoxcall:v7:" + String(repeating: "A", count: TransitCiphertext.maximumTextLength),
    ]
    for text in bad { #expect(throws: TransitError.malformed) { try TransitCiphertext(parsing: text) } }
  }

  @Test(arguments: ["vault:v1:AAAA", "vault:v7:"]) func `what only an imported key reads is told apart`(text: String) {
    #expect(throws: TransitError.notImported) { try TransitCiphertext(parsing: text) }
  }
}
