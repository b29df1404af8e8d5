import Cryptography
import Foundation
import Testing

/// Project Wycheproof's AES-GCM cases with 256-bit keys, 96-bit nonces and 128-bit tags.
@Suite(.disabled(if: Vectors.areAbsent, Comment(rawValue: Vectors.absence)))
struct AESGCMConformanceTests {
  private struct File: Decodable {
    struct Group: Decodable {
      let keySize: Int
      let ivSize: Int
      let tagSize: Int
      let tests: [Case]
    }

    struct Case: Decodable {
      let tcId: Int
      let key: String
      let iv: String
      let aad: String
      let msg: String
      let ct: String
      let tag: String
      let result: String
    }

    let testGroups: [Group]
  }

  private static func cases() throws -> [File.Case] {
    try JSONDecoder().decode(File.self, from: Vectors.data("wycheproof/aes_gcm_test.json")).testGroups
      .filter { $0.keySize == 256 && $0.ivSize == 96 && $0.tagSize == 128 }
      .flatMap(\.tests)
  }

  @Test func sealsAndOpensAsEveryCaseSays() throws {
    let cases = try Self.cases()
    #expect(cases.contains { $0.result == "valid" })
    #expect(cases.contains { $0.result == "invalid" })
    for vector in cases {
      let id = Comment(rawValue: "tcId \(vector.tcId)")
      let cipher = try AES256GCM(key: SecretBytes(copying: #require([UInt8](hexadecimal: vector.key), id)))
      let nonce = try #require([UInt8](hexadecimal: vector.iv), id)
      let additionalData = try #require([UInt8](hexadecimal: vector.aad), id)
      let plaintext = try #require([UInt8](hexadecimal: vector.msg), id)
      let sealed = try #require([UInt8](hexadecimal: vector.ct + vector.tag), id)
      if vector.result == "valid" {
        #expect(try cipher.seal(plaintext, nonce: nonce, additionalData: additionalData) == sealed, id)
        let opened = try cipher.open(sealed, nonce: nonce, additionalData: additionalData)
        #expect(opened == SecretBytes(copying: plaintext), id)
      } else {
        let error = #expect(throws: CryptographyError.self, id) {
          try cipher.open(sealed, nonce: nonce, additionalData: additionalData)
        }
        #expect(error?.code == .authenticationFailed, id)
      }
    }
  }

  @Test func refusesEveryOtherNonceLength() throws {
    let groups = try JSONDecoder().decode(File.self, from: Vectors.data("wycheproof/aes_gcm_test.json")).testGroups
    let cases = groups.filter { $0.keySize == 256 && $0.ivSize != 96 }.flatMap(\.tests)
    #expect(!cases.isEmpty)
    for vector in cases {
      let id = Comment(rawValue: "tcId \(vector.tcId)")
      let cipher = try AES256GCM(key: SecretBytes(copying: #require([UInt8](hexadecimal: vector.key), id)))
      let nonce = try #require([UInt8](hexadecimal: vector.iv), id)
      let sealed = try #require([UInt8](hexadecimal: vector.ct + vector.tag), id)
      let error = #expect(throws: CryptographyError.self, id) {
        try cipher.open(sealed, nonce: nonce, additionalData: [])
      }
      #expect(error?.code == .invalidNonceLength, id)
    }
  }
}
