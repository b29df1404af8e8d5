import Cryptography
import Foundation
import Testing

@testable import onboarding_api

@Suite struct TOTPTests {
  /// The secret of RFC 6238's appendix B for SHA-1.
  let secret = SecretBytes(copying: "12345678901234567890".utf8)

  /// RFC 6238, appendix B.
  @Test(
    arguments: [
      (59, "94287082"), (1_111_111_109, "07081804"), (1_111_111_111, "14050471"), (1_234_567_890, "89005924"),
      (2_000_000_000, "69279037"), (20_000_000_000, "65353130"),
    ] as [(Int64, String)])
  func `answers the vectors of the RFC`(time: Int64, code: String) {
    #expect(TOTP.code(at: time / 30, digits: 8, secret: secret) == code)
  }

  /// RFC 4226, appendix D.
  @Test func `answers the vectors of HOTP, on which it stands`() {
    let codes = (0..<10).map { TOTP.code(at: $0, digits: 6, secret: secret) }
    #expect(
      codes == [
        "755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489",
      ])
  }

  @Test(arguments: [1200, 1201, 1229, 1230] as [Int64])
  func `a code is good in its step and in those beside it`(seconds: Int64) {
    let current = seconds / 30
    for step in current - 3...current + 3 {
      let code = TOTP.code(at: step, digits: 6, secret: secret)
      let found = TOTP(secret: secret).step(of: code, at: Date(timeIntervalSince1970: Double(seconds)))
      #expect(found == (abs(step - current) <= 1 ? step : nil))
    }
  }

  @Test(arguments: ["", "28708", "2870820", "28708a", "\u{0}87082", "２87082"])
  func `what isn't a code is of no step`(code: String) {
    #expect(TOTP(secret: secret).step(of: code, at: Date(timeIntervalSince1970: 59)) == nil)
  }

  @Test func `the URI says all that an authenticator needs to know`() {
    let uri = TOTP(secret: secret).exposedURI(issuer: "Tenant KMS", account: "ada+1@example.com")
    #expect(
      uri == "otpauth://totp/Tenant%20KMS:ada%2B1%40example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
        + "&issuer=Tenant%20KMS&algorithm=SHA1&digits=6&period=30")
  }

  @Test func `a secret of any length is written without padding`() {
    let uri = TOTP(secret: SecretBytes(copying: "foob".utf8)).exposedURI(issuer: "i", account: "a")
    #expect(uri.contains("secret=MZXW6YQ&"))
  }
}
