import ArgumentParser
import Cryptography
import Repository

/// Where a new password comes from: never the command line, which others on the machine see.
struct PasswordOption: ParsableArguments {
  @Flag(help: "Read the password, 12 to 256 bytes, as one line of standard input; unless told, one is generated.")
  var passwordStdin = false

  /// - Throws: `ValidationError` for a password that is too short or too long.
  func read() throws -> NewPassword {
    guard passwordStdin else {
      return NewPassword(secret: SecretBytes(copying: Self.generated().utf8), isGenerated: true)
    }
    let text = readLine(strippingNewline: true) ?? ""
    let length = PasswordHash.passwordLength
    guard length.contains(text.utf8.count) else {
      throw ValidationError("the password must have \(length.lowerBound) to \(length.upperBound) bytes")
    }
    return NewPassword(secret: SecretBytes(copying: text.utf8), isGenerated: false)
  }

  /// 144 bits in 24 characters.
  private static func generated() -> String { SecretBytes.random(count: 18).exposedBase64URL() }
}

/// A password to be hashed.
struct NewPassword: Sendable {
  let secret: SecretBytes
  let isGenerated: Bool

  /// The text, for whoever it is shown to once.
  func exposed() -> String { secret.withUnsafeBytes { String(decoding: $0, as: UTF8.self) } }
}
