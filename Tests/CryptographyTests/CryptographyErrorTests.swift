import Cryptography
import Testing

@Suite struct CryptographyErrorTests {
  @Test func tellsNothingOfAForgery() throws {
    let cipher = try AES256GCM(key: SecretBytes(copying: 0..<32))
    let short = #expect(throws: CryptographyError.self) {
      try cipher.open([1, 2, 3], nonce: Array(0..<12), additionalData: [])
    }
    let forged = #expect(throws: CryptographyError.self) {
      try cipher.open([UInt8](repeating: 9, count: 48), nonce: Array(0..<12), additionalData: [])
    }
    #expect(short == forged)
    #expect(forged.map { "\($0)" } == "authenticationFailed: the message is not authentic")
  }

  @Test func namesTheLibrary() {
    #expect(libcryptoVersion.hasPrefix("OpenSSL 3."))
  }
}
