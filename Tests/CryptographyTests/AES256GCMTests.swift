import Cryptography
import Testing

@Suite struct AES256GCMTests {
  private let key = SecretBytes(copying: 0..<32)
  private let nonce: [UInt8] = Array(0..<12)
  private let additionalData: [UInt8] = Array("tenant".utf8)

  /// Test case 15 of McGrew and Viega's specification of GCM.
  @Test func answersAPublishedVector() throws {
    let cipher = try AES256GCM(
      key: SecretBytes(
        copying: #require([UInt8](hexadecimal: "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308"))))
    let sealed = try cipher.seal(
      #require(
        [UInt8](
          hexadecimal: "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
            + "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255")),
      nonce: #require([UInt8](hexadecimal: "cafebabefacedbaddecaf888")), additionalData: [])
    #expect(
      sealed
        == [UInt8](
          hexadecimal: "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
            + "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad" + "b094dac5d93471bdec1a502270e3cc6c"))
  }

  @Test(arguments: [0, 1, 15, 16, 17, 32, 256, 4096, 1 << 16])
  func opensWhatItSealed(count: Int) throws {
    let cipher = try AES256GCM(key: key)
    let plaintext = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
    let sealed = try cipher.seal(plaintext, nonce: nonce, additionalData: additionalData)
    #expect(sealed.count == count + AES256GCM.tagByteCount)
    let opened = try cipher.open(sealed, nonce: nonce, additionalData: additionalData)
    #expect(opened == SecretBytes(copying: plaintext))
    #expect(
      try cipher.seal(SecretBytes(copying: plaintext), nonce: nonce, additionalData: additionalData) == sealed)
  }

  @Test func refusesEveryChangedBit() throws {
    let cipher = try AES256GCM(key: key)
    let sealed = try cipher.seal([1, 2, 3, 4], nonce: nonce, additionalData: additionalData)
    for bit in 0..<sealed.count * 8 {
      expectRefusal(by: cipher, of: sealed.flipping(bit), nonce, additionalData)
    }
    for bit in 0..<nonce.count * 8 {
      expectRefusal(by: cipher, of: sealed, nonce.flipping(bit), additionalData)
    }
    for bit in 0..<additionalData.count * 8 {
      expectRefusal(by: cipher, of: sealed, nonce, additionalData.flipping(bit))
    }
    for count in 0..<sealed.count {
      expectRefusal(by: cipher, of: Array(sealed.prefix(count)), nonce, additionalData)
    }
    expectRefusal(by: cipher, of: sealed + [0], nonce, additionalData)
    expectRefusal(by: cipher, of: sealed, nonce, [])
    expectRefusal(by: try AES256GCM(key: SecretBytes(copying: 1..<33)), of: sealed, nonce, additionalData)
    #expect(throws: Never.self) { try cipher.open(sealed, nonce: nonce, additionalData: additionalData) }
  }

  @Test func wipesThePlaintextOfAForgery() throws {
    let cipher = try AES256GCM(key: key)
    let sealed = try cipher.seal([UInt8](repeating: 7, count: 64), nonce: nonce, additionalData: [])
    let forged = sealed.flipping(sealed.count * 8 - 1)
    var output = [UInt8](repeating: 0xAA, count: 64)
    #expect(throws: CryptographyError.self) {
      try forged.withUnsafeBytes { forged in
        try nonce.withUnsafeBytes { nonce in
          try output.withUnsafeMutableBytes { output in
            try cipher.open(
              forged, nonce: nonce, additionalData: UnsafeRawBufferPointer(start: nil, count: 0), into: output)
          }
        }
      }
    }
    #expect(output == [UInt8](repeating: 0, count: 64))
  }

  @Test func worksInPlace() throws {
    let cipher = try AES256GCM(key: key)
    let plaintext: [UInt8] = Array(0..<100)
    var buffer = plaintext + [UInt8](repeating: 0, count: AES256GCM.tagByteCount)
    try nonce.withUnsafeBytes { nonce in
      try additionalData.withUnsafeBytes { additionalData in
        try buffer.withUnsafeMutableBytes { buffer in
          let text = UnsafeMutableRawBufferPointer(rebasing: buffer[..<100])
          try cipher.seal(UnsafeRawBufferPointer(text), nonce: nonce, additionalData: additionalData, into: buffer)
          #expect(Array(text) != plaintext)
          try cipher.open(UnsafeRawBufferPointer(buffer), nonce: nonce, additionalData: additionalData, into: text)
          #expect(Array(text) == plaintext)
        }
      }
    }
  }

  @Test(arguments: [0, 16, 31, 33, 64])
  func refusesAKeyOfAnotherLength(count: Int) {
    let error = #expect(throws: CryptographyError.self) { try AES256GCM(key: SecretBytes.random(count: count)) }
    #expect(error?.code == .invalidKeyLength)
  }

  @Test(arguments: [0, 8, 11, 13, 16])
  func refusesANonceOfAnotherLength(count: Int) throws {
    let cipher = try AES256GCM(key: key)
    let nonce = [UInt8](repeating: 0, count: count)
    let sealing = #expect(throws: CryptographyError.self) { try cipher.seal([1], nonce: nonce, additionalData: []) }
    #expect(sealing?.code == .invalidNonceLength)
    let opening = #expect(throws: CryptographyError.self) {
      try cipher.open([UInt8](repeating: 0, count: 17), nonce: nonce, additionalData: [])
    }
    #expect(opening?.code == .invalidNonceLength)
  }

  @Test(arguments: [0, 19, 21])
  func refusesAnOutputOfAnotherLength(count: Int) throws {
    let cipher = try AES256GCM(key: key)
    var output = [UInt8](repeating: 0xAA, count: count)
    let error = #expect(throws: CryptographyError.self) {
      try [UInt8](repeating: 0, count: 4).withUnsafeBytes { plaintext in
        try nonce.withUnsafeBytes { nonce in
          try output.withUnsafeMutableBytes {
            try cipher.seal(plaintext, nonce: nonce, additionalData: nonce, into: $0)
          }
        }
      }
    }
    #expect(error?.code == .invalidLength)
    #expect(output.allSatisfy { $0 == 0xAA })
  }

  private func expectRefusal(
    by cipher: AES256GCM, of sealed: [UInt8], _ nonce: [UInt8], _ additionalData: [UInt8],
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let error = #expect(throws: CryptographyError.self, sourceLocation: sourceLocation) {
      try cipher.open(sealed, nonce: nonce, additionalData: additionalData)
    }
    #expect(error?.code == .authenticationFailed, sourceLocation: sourceLocation)
  }
}

extension [UInt8] {
  fileprivate func flipping(_ bit: Int) -> [UInt8] {
    var flipped = self
    flipped[bit / 8] ^= 1 << UInt8(bit % 8)
    return flipped
  }
}
