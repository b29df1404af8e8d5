import Cryptography
import Testing

/// What RFC 5869's vectors, which the conformance tests read, leave open.
@Suite struct HKDFSHA256Tests {
  private let secret = SecretBytes(copying: 0..<32)

  @Test func answersTheFirstCaseOfTheRFC() throws {
    let key = try HKDFSHA256.deriveKey(
      from: SecretBytes(copying: [UInt8](repeating: 0x0B, count: 22)), salt: 0...12, info: 0xF0...0xF9, count: 42)
    let expected = try #require(
      [UInt8](hexadecimal: "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"))
    #expect(key == SecretBytes(copying: expected))
  }

  @Test func takesAnEmptySaltForZeros() throws {
    let empty = try HKDFSHA256.deriveKey(from: secret, salt: [], info: [1], count: 32)
    let zeros = try HKDFSHA256.deriveKey(from: secret, salt: [UInt8](repeating: 0, count: 32), info: [1], count: 32)
    #expect(empty == zeros)
  }

  @Test func separatesByEveryInput() throws {
    let keys = [
      try HKDFSHA256.deriveKey(from: secret, salt: [1], info: [2], count: 32),
      try HKDFSHA256.deriveKey(from: secret, salt: [1], info: [3], count: 32),
      try HKDFSHA256.deriveKey(from: secret, salt: [2], info: [2], count: 32),
      try HKDFSHA256.deriveKey(from: SecretBytes(copying: 1..<33), salt: [1], info: [2], count: 32),
    ]
    for (index, key) in keys.enumerated() {
      #expect(!keys[(index + 1)...].contains(key))
    }
  }

  @Test(arguments: [-1, 0, 8161])
  func refusesACountOutOfRange(count: Int) {
    let error = #expect(throws: CryptographyError.self) {
      try HKDFSHA256.deriveKey(from: secret, salt: [], info: [], count: count)
    }
    #expect(error?.code == .invalidLength)
  }

  @Test func reachesItsLimits() throws {
    let info = [UInt8](repeating: 1, count: HKDFSHA256.maximumInfoByteCount)
    #expect(try HKDFSHA256.deriveKey(from: secret, salt: [], info: info, count: 8160).count == 8160)
    let long = #expect(throws: CryptographyError.self) {
      try HKDFSHA256.deriveKey(from: secret, salt: [], info: info + [1], count: 32)
    }
    #expect(long?.code == .invalidLength)
    let empty = #expect(throws: CryptographyError.self) {
      try HKDFSHA256.deriveKey(from: SecretBytes(copying: []), salt: [], info: [], count: 32)
    }
    #expect(empty?.code == .invalidKeyLength)
  }
}
