import ArgumentParser
import ServiceKit

/// `onboarding-api step-up-token`
struct StepUpTokenCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "step-up-token",
    abstract: "Prints a step-up token, good for five minutes: what rotating, revoking and removing keys demand.")

  @Option(help: "The tenant's id.")
  var tenant: UUIDArgument

  @Option(help: "Who it is for: the subject of the admin token that it goes with.")
  var subject = "operator"

  func run() async throws {
    var settings = SettingsReader()
    let key = try CommonSettings.derivedKey(&settings, for: StepUpAuthority.purpose)
    print(try await StepUpAuthority(key: key).issue(to: subject, of: tenant.id).token)
  }
}
