import Foundation
import JSON
import QRCode
import Testing

/// That an independent reader reads what we draw.
@Suite struct ReadQRCodeTests {
  static let uri =
    "otpauth://totp/Tenant%20KMS:ada%40example.com?secret=ABCDEFGHIJKLMNOPQRSTUVWXYZ234567ABCDEFGHIJKLMNOPQRST"
    + "&issuer=Tenant%20KMS&algorithm=SHA1&digits=6&period=30"

  @Test(arguments: ["a", uri, uri + String(repeating: "%C3%A9", count: 130)])
  func `both drawings of a code say what was put in`(text: String) async throws {
    let code = try QRCode(text)
    #expect(try await QRCodeReader.read(svg: code.svg) == text)
    #expect(try await QRCodeReader.read(terminalArt: code.terminalArt) == text)
  }

  @Test(.enabled(if: Deployment.isPossible), .deploymentSlot)
  func `an operator's terminal shows the code of the URI below it`()
    async throws
  {
    try await Deployment.with(verifies: false, workers: 0) { deployment in
      let person = try await deployment.makeUser(of: try await deployment.makeTenant(), "ada@example.com")
      let lines = try await deployment.run(["user", "totp", "enrol", "--email", person.email, "--qr"])
        .split(separator: "\n")
      let answer = try JSONValue(parsing: Array(try #require(lines.last).utf8))
      let shown = lines.dropLast().joined(separator: "\n")
      #expect(try await QRCodeReader.read(terminalArt: shown) == answer["otpauth_uri"]?.string)
    }
  }
}
