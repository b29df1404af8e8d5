import Cryptography
import Testing

@Suite struct HMACSHA1Tests {
  /// RFC 2202, section 3: a short key, a text key, a key of a block and more.
  @Test(
    arguments: [
      ([UInt8](repeating: 0x0B, count: 20), "Hi There", "b617318655057264e28bc0b6fb378c8ef146be00"),
      (Array("Jefe".utf8), "what do ya want for nothing?", "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"),
      (
        [UInt8](repeating: 0xAA, count: 80), "Test Using Larger Than Block-Size Key - Hash Key First",
        "aa4ae5e15272d00e95705637ce8a3b55ed402112"
      ),
    ] as [([UInt8], String, String)])
  func `answers the vectors of the RFC`(key: [UInt8], message: String, code: String) {
    let found = HMACSHA1.authenticationCode(for: Array(message.utf8), key: SecretBytes(copying: key))
    #expect(found.hexadecimal == code)
  }
}
