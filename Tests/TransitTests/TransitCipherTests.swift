import Cryptography
import FoundationEssentials
import Testing

@testable import Transit

@Suite struct TransitCipherTests {
  let tenantID = UUID()
  let keyID = UUID()
  let key = SecretBytes(copying: [UInt8](repeating: 7, count: 32))

  @Test(arguments: [0, 1, 256, 1 << 20]) func `what is encrypted is decrypted`(count: Int) throws {
    let plaintext = SecretBytes.random(count: count)
    let ciphertext = try cipher().encrypt(plaintext)
    #expect(ciphertext.keyVersion == 3)
    #expect(ciphertext.payload.count == count + 28)
    #expect(try cipher().decrypt(try TransitCiphertext(parsing: ciphertext.text)) == plaintext)
  }

  /// What a client that has the material, and nothing of ours, would do.
  @Test func `the payload is nonce, tag and ciphertext, bound to tenant, key and version`() throws {
    let nonce = (1...12).map { UInt8($0) }
    let random = RandomSource { $0.copyBytes(from: nonce) }
    let ciphertext = try cipher(random: random).encrypt(SecretBytes(copying: "hello".utf8))
    let binding =
      withUnsafeBytes(of: tenantID.uuid) { [UInt8]($0) } + withUnsafeBytes(of: keyID.uuid) { [UInt8]($0) } + [
        0, 0, 0, 3,
      ]
    let sealed = try AES256GCM(key: key).seal(Array("hello".utf8), nonce: nonce, additionalData: binding)
    #expect(ciphertext.payload == nonce + sealed.suffix(16) + sealed.prefix(5))
  }

  @Test func `no nonce comes twice`() throws {
    let cipher = cipher()
    let nonces = try (0..<1_000).map { _ in Array(try cipher.encrypt(SecretBytes(count: 0) { _ in }).payload.prefix(12))
    }
    #expect(Set(nonces).count == 1_000)
  }

  @Test func `every flipped bit is the same refusal`() throws {
    let payload = try cipher().encrypt(SecretBytes(copying: "hello".utf8)).payload
    for bit in 0..<payload.count * 8 {
      var changed = payload
      changed[bit / 8] ^= 1 << UInt8(bit % 8)
      #expect(throws: TransitError.cannotDecrypt) {
        try cipher().decrypt(TransitCiphertext(keyVersion: 3, payload: changed))
      }
    }
    #expect(throws: TransitError.cannotDecrypt) {
      try cipher().decrypt(TransitCiphertext(keyVersion: 3, payload: payload.dropLast()))
    }
    #expect(throws: TransitError.cannotDecrypt) { try cipher().decrypt(TransitCiphertext(keyVersion: 3, payload: [])) }
  }

  @Test func `a ciphertext opens under no other tenant, key or version, though the material be the same`() throws {
    let ciphertext = try cipher().encrypt(SecretBytes(copying: "hello".utf8))
    for other in [cipher(tenantID: UUID()), cipher(keyID: UUID()), cipher(version: 4)] {
      #expect(throws: TransitError.cannotDecrypt) { try other.decrypt(ciphertext) }
    }
    let renamed = TransitCiphertext(keyVersion: 4, payload: ciphertext.payload)
    #expect(throws: TransitError.cannotDecrypt) { try cipher(version: 4).decrypt(renamed) }
  }

  private func cipher(
    tenantID: UUID? = nil, keyID: UUID? = nil, version: Int32 = 3, random: RandomSource = .system
  ) -> TransitCipher {
    TransitCipher(
      material: TransitMaterial(
        id: UUID(), tenantID: tenantID ?? self.tenantID, keyID: keyID ?? self.keyID, version: version, key: key,
        deadline: .zero), random: random)
  }
}
