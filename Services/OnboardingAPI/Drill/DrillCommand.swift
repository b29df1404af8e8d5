import ArgumentParser
import Cryptography
import Foundation
import JSON
import ServiceKit

/// `onboarding-api drill`
struct DrillCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "drill", abstract: "Tries the kill switch of a running deployment, and signs what came of it.",
    subcommands: [KillSwitchCommand.self, Verify.self, PublicKey.self])

  /// `onboarding-api drill verify`
  struct Verify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "verify", abstract: "Checks the signature of a report; exit code 1 if it is not ours.")

    @Argument(help: "The report, as `drill kill-switch` printed it.")
    var report: String

    @Option(help: "What `drill public-key` prints; derived from COMMAND_KEY_B64 unless told.")
    var publicKey: PublicKeyArgument?

    func run() async throws {
      let bytes = try Data(contentsOf: URL(fileURLWithPath: report), options: .mappedIfSafe)
      guard bytes.count <= SignedReport.maximumLength, let signed = SignedReport(parsing: Array(bytes)) else {
        throw KillSwitchDrill.Failure("\(report) is no signed report")
      }
      let key = if let publicKey { publicKey.bytes } else { try DrillCommand.publicKey() }
      guard signed.isValid(under: key) else {
        throw KillSwitchDrill.Failure("the report is not signed by the holder of that key, or was changed since")
      }
      print("drill: ok \(signed.report.canonicalText)")
    }
  }

  /// `onboarding-api drill public-key`
  struct PublicKey: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "public-key", abstract: "Prints what reports are verified with: an Ed25519 public key in base64.")

    func run() async throws { print(Data(try DrillCommand.publicKey()).base64EncodedString()) }
  }

  /// - Throws: ``ConfigurationError``.
  static func signingSeed() throws -> SecretBytes {
    var settings = SettingsReader()
    return try CommonSettings.derivedKey(&settings, for: SignedReport.purpose)
  }

  private static func publicKey() throws -> [UInt8] { try Ed25519.publicKey(of: signingSeed()) }
}

/// An Ed25519 public key on the command line, in base64.
struct PublicKeyArgument: ExpressibleByArgument {
  let bytes: [UInt8]

  init?(argument: String) {
    guard let data = Data(base64Encoded: argument), data.count == Ed25519.publicKeyByteCount else { return nil }
    bytes = [UInt8](data)
  }
}
