import ArgumentParser
import CloudKMS
import FoundationEssentials
import Glibc
import JSON
import QRCode
import Repository
import ServiceKit

/// `onboarding-api user totp`
struct AuthenticatorCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "totp", abstract: "Gives a person an authenticator, by whose codes they step up, or takes it away.",
    subcommands: [Enrol.self, Confirm.self, Remove.self])

  /// `onboarding-api user totp enrol`
  struct Enrol: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Prints the otpauth:// URI of a new authenticator, once; it counts from its first confirmed code on.")

    @OptionGroup var who: UserOption

    @Flag(
      inversion: .prefixedNo,
      help: "Print it as a QR code too, to be read off the screen; unless told, where the output is a terminal.")
    var qr: Bool?

    func run() async throws {
      var settings = SettingsReader()
      let masterKey = try PlatformSettings.masterKey(&settings)
      let showsCode = qr ?? (isatty(STDOUT_FILENO) == 1)
      try await who.change { users, user, _ in
        let uri = try await Authenticators.begin(for: user, users: users, masterKey: masterKey)
        if showsCode { print(try QRCode(uri).terminalArt, terminator: "") }
        let answer: JSONValue = ["email": .string(user.email.text), "otpauth_uri": .string(uri)]
        print(answer.canonicalText)
      }
    }
  }

  /// `onboarding-api user totp confirm`
  struct Confirm: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Lets a new authenticator count, instead of the former, by a code that it shows.")

    @OptionGroup var who: UserOption

    @Option(help: "The code.")
    var totp: String

    func run() async throws {
      var settings = SettingsReader()
      let masterKey = try PlatformSettings.masterKey(&settings)
      let code = totp
      try await who.change { users, user, now in
        guard let pending = try await users.authenticatedUser(user.id, of: user.tenantID)?.pendingSecret,
          let step = try Authenticators.step(of: code, pending, user, masterKey, at: now),
          try await users.confirm(pending, step: step, of: user, actorID: UserCommand.actorID, at: now)
        else { throw ValidationError("the code is wrong, or no new authenticator waits for one") }
      }
    }
  }

  /// `onboarding-api user totp remove`
  struct Remove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Takes a person's authenticator away, because they lost it, and ends what they are signed in to.")

    @OptionGroup var who: UserOption

    func run() async throws {
      try await who.change { try await $0.removeAuthenticator(of: $1, actorID: UserCommand.actorID, at: $2) }
    }
  }
}
