import CloudKMS
import Cryptography
import Foundation
import Testing

@Suite struct LocalKeyEncryptionKeyTests {
  private let kek: LocalKeyEncryptionKey
  private let keyID = UUID()
  private let wrapped: [UInt8]

  init() throws {
    kek = try #require(LocalKeyEncryptionKey(masterKey: .random(count: 32)))
    wrapped = try kek.wrap(Sample.key, tenantID: Sample.tenantID, keyID: keyID, keyVersion: 3)
  }

  @Test func aKeyComesBack() throws {
    #expect(wrapped.count == 69)
    #expect(wrapped.prefix(9) == Array("KCT1".utf8)[...] + [3, 0, 0, 0, 3])
    #expect(try kek.unwrap(wrapped, tenantID: Sample.tenantID, keyID: keyID, keyVersion: 3) == Sample.key)
  }

  @Test func aNewKeyIsRandom() throws {
    let keys = try (0..<2).map { _ in
      let wrapped = try kek.wrapNewKey(tenantID: Sample.tenantID, keyID: keyID, keyVersion: 0)
      return try kek.unwrap(wrapped, tenantID: Sample.tenantID, keyID: keyID, keyVersion: 0)
    }
    #expect(keys[0].count == 32)
    #expect(keys[0] != keys[1])
  }

  @Test func nothingElseUnwrapsIt() async throws {
    let other = try #require(LocalKeyEncryptionKey(masterKey: .random(count: 32)))
    let uses = [
      (kek, wrapped, UUID(), keyID, 3), (kek, wrapped, Sample.tenantID, UUID(), 3),
      (kek, wrapped, Sample.tenantID, keyID, 2), (other, wrapped, Sample.tenantID, keyID, 3),
      (kek, [], Sample.tenantID, keyID, 3), (kek, wrapped.dropLast(), Sample.tenantID, keyID, 3),
    ]
    for (kek, wrapped, tenantID, keyID, version) in uses {
      let found = await failure { () throws(KMSFailure) in
        _ = try kek.unwrap(wrapped, tenantID: tenantID, keyID: keyID, keyVersion: UInt32(version))
      }
      #expect(found?.reason == .integrity)
      #expect(found?.seal == .now)
    }
  }

  @Test func `while keys are changed, the former unwraps too, and what it wrapped is wrapped anew once`() async throws {
    let (new, former) = (SecretBytes.random(count: 32), SecretBytes.random(count: 32))
    let (newAlone, formerAlone) = (
      try #require(LocalKeyEncryptionKey(masterKey: new)), try #require(LocalKeyEncryptionKey(masterKey: former))
    )
    let both = try #require(LocalKeyEncryptionKey(masterKey: new, alsoAccepting: former))
    let old = try formerAlone.wrap(Sample.key, tenantID: Sample.tenantID, keyID: keyID, keyVersion: 3)
    #expect(try both.unwrap(old, tenantID: Sample.tenantID, keyID: keyID, keyVersion: 3) == Sample.key)
    let renewed = try #require(try both.rewrap(old, tenantID: Sample.tenantID, keyID: keyID, keyVersion: 3))
    #expect(try newAlone.unwrap(renewed, tenantID: Sample.tenantID, keyID: keyID, keyVersion: 3) == Sample.key)
    #expect(try both.rewrap(renewed, tenantID: Sample.tenantID, keyID: keyID, keyVersion: 3) == nil)
    // Nor does the former key loosen what a wrapped key is bound to.
    let strange = await failure { () throws(KMSFailure) in
      _ = try both.rewrap(old, tenantID: Sample.tenantID, keyID: UUID(), keyVersion: 3)
    }
    #expect(strange?.reason == .integrity)
    let others = await failure { () throws(KMSFailure) in
      _ = try both.rewrap(wrapped, tenantID: Sample.tenantID, keyID: keyID, keyVersion: 3)
    }
    #expect(others?.reason == .integrity)
    #expect(LocalKeyEncryptionKey(masterKey: new, alsoAccepting: .random(count: 31)) == nil)
  }

  @Test func `an authenticator's secret comes back to its person alone, and is no tenant's key`() async throws {
    let userID = UUID()
    let wrapped = try kek.wrapAuthenticatorSecret(Sample.key, of: userID, tenantID: Sample.tenantID)
    #expect(wrapped.count == 69)
    #expect(try kek.unwrapAuthenticatorSecret(wrapped, of: userID, tenantID: Sample.tenantID) == Sample.key)
    for (userID, tenantID) in [(UUID(), Sample.tenantID), (userID, UUID())] {
      let found = await failure { () throws(KMSFailure) in
        _ = try kek.unwrapAuthenticatorSecret(wrapped, of: userID, tenantID: tenantID)
      }
      #expect(found?.reason == .integrity)
    }
    let confused = await failure { () throws(KMSFailure) in
      _ = try kek.unwrap(wrapped, tenantID: Sample.tenantID, keyID: userID, keyVersion: 0)
    }
    #expect(confused?.reason == .integrity)
  }

  @Test(arguments: [0, 16, 31, 33, 64])
  func aMasterKeyHas32Bytes(_ count: Int) {
    #expect(LocalKeyEncryptionKey(masterKey: .random(count: count)) == nil)
  }

  @Test func itWrapsKeysOnly() async {
    let found = await failure { () throws(KMSFailure) in
      _ = try kek.wrap(SecretBytes(copying: [1]), tenantID: Sample.tenantID, keyID: keyID, keyVersion: 3)
    }
    #expect(found?.reason == .integrity)
  }

  @Test func itShowsNothing() {
    var text = ""
    dump(kek, to: &text)
    #expect(text.contains("redacted"))
  }
}
