import Cryptography
import Testing

/// The test cases of RFC 4231.
@Suite struct HMACSHA256Tests {
  struct Vector {
    let key: [UInt8]
    let message: [UInt8]
    let code: String
  }

  static let vectors = [
    Vector(
      key: [UInt8](repeating: 0x0B, count: 20), message: Array("Hi There".utf8),
      code: "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
    Vector(
      key: Array("Jefe".utf8), message: Array("what do ya want for nothing?".utf8),
      code: "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
    Vector(
      key: [UInt8](repeating: 0xAA, count: 20), message: [UInt8](repeating: 0xDD, count: 50),
      code: "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
    Vector(
      key: Array(1...25), message: [UInt8](repeating: 0xCD, count: 50),
      code: "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"),
    Vector(
      key: [UInt8](repeating: 0xAA, count: 131),
      message: Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
      code: "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"),
    Vector(key: [], message: [], code: "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"),
  ]

  @Test(arguments: vectors)
  func answersWhatTheRFCSays(_ vector: Vector) throws {
    let code = try #require([UInt8](hexadecimal: vector.code))
    let secret = SecretBytes(copying: vector.key)
    #expect(HMACSHA256.authenticationCode(for: vector.message, key: secret) == code)
    #expect(HMACSHA256.authenticationCode(for: vector.message, key: vector.key) == code)
    #expect(HMACSHA256.isValid(code, for: vector.message, key: secret))
    #expect(HMACSHA256.isValid(code, for: vector.message, key: vector.key))
    #expect(HMACSHA256(key: secret).deriveKey(for: vector.message) == SecretBytes(copying: code))
  }

  @Test func isKeyedOnceForManyMessages() {
    let key = SecretBytes.random(count: 32)
    let authenticator = HMACSHA256(key: key)
    for number in UInt8(0)..<32 {
      let message = [UInt8](repeating: number, count: Int(number) * 7)
      #expect(authenticator.authenticationCode(for: message) == HMACSHA256.authenticationCode(for: message, key: key))
    }
  }

  @Test func refusesEveryOtherCode() {
    let authenticator = HMACSHA256(key: SecretBytes.random(count: 32))
    let code = authenticator.authenticationCode(for: [1, 2, 3])
    #expect(authenticator.isValid(code, for: [1, 2, 3]))
    #expect(!authenticator.isValid(code, for: [1, 2, 4]))
    #expect(!authenticator.isValid(code.dropLast(), for: [1, 2, 3]))
    #expect(!authenticator.isValid(code + [0], for: [1, 2, 3]))
    #expect(!authenticator.isValid([] as [UInt8], for: [1, 2, 3]))
    for bit in 0..<256 {
      var other = code
      other[bit / 8] ^= 1 << UInt8(bit % 8)
      #expect(!authenticator.isValid(other, for: [1, 2, 3]))
    }
  }
}
