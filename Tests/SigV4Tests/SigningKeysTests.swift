import Cryptography
import FoundationEssentials
import Testing

@testable import SigV4

@Suite struct SigningKeysTests {
  private func scope(day: Int = 0) throws -> CredentialScope {
    try CredentialScope(
      Date(timeIntervalSince1970: 1_440_892_800 + Double(day) * 86400), region: "us-east-1", service: "iam")
  }

  /// The example of the AWS general reference: "Deriving the signing key".
  @Test func derivesTheKeyOfTheDocumentation() throws {
    let secret = SecretBytes(copying: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".utf8)
    var keys = SigningKeys(capacity: 4)
    let code = keys.authenticator(for: secret, in: try scope()).authenticationCode(for: "message".utf8)
    let key: [UInt8] = [
      0xC4, 0xAF, 0xB1, 0xCC, 0x57, 0x71, 0xD8, 0x71, 0x76, 0x3A, 0x39, 0x3E, 0x44, 0xB7, 0x03, 0x57,
      0x1B, 0x55, 0xCC, 0x28, 0x42, 0x4D, 0x1A, 0x5E, 0x86, 0xDA, 0x6E, 0xD3, 0xC1, 0x54, 0xA4, 0xB9,
    ]
    #expect(code == HMACSHA256.authenticationCode(for: "message".utf8, key: key))
  }

  @Test func derivesOnceForEachSecretAndDay() throws {
    let first = SecretBytes(copying: "first".utf8)
    let second = SecretBytes(copying: "second".utf8)
    var keys = SigningKeys(capacity: 4)
    let key = keys.authenticator(for: first, in: try scope())
    #expect(keys.authenticator(for: first, in: try scope()) === key)
    #expect(keys.authenticator(for: first, in: try scope(day: 1)) !== key)
    #expect(keys.authenticator(for: second, in: try scope()) !== key)
    #expect(keys.count == 3)
    #expect(keys.authenticator(for: first, in: try scope()) === key)
  }

  @Test func holdsNoMoreThanItsCapacity() throws {
    let secrets = (UInt8(0)..<10).map { SecretBytes(copying: [$0]) }
    var keys = SigningKeys(capacity: 4)
    weak let oldest = keys.authenticator(for: secrets[0], in: try scope())
    #expect(oldest != nil)
    for secret in secrets {
      _ = keys.authenticator(for: secret, in: try scope())
      #expect(keys.count <= 4)
    }
    #expect(oldest == nil)
  }

  @Test func neitherKeepsASecretAliveNorItsKeyForLong() throws {
    var keys = SigningKeys(capacity: 4)
    weak var secret: SecretBytes?
    weak var key: HMACSHA256?
    do {
      let shortLived = SecretBytes(copying: "short".utf8)
      secret = shortLived
      key = keys.authenticator(for: shortLived, in: try scope())
      #expect(key != nil)
    }
    #expect(secret == nil)
    let other = SecretBytes(copying: "other".utf8)
    _ = keys.authenticator(for: other, in: try scope())
    #expect(key == nil)
    #expect(keys.count == 1)
  }
}
