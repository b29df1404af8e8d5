import ArgumentParser

/// `onboarding-api doctor`
struct DoctorCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Checks settings, database, clock, broker, identities and KMS key of the API, and says what to do.",
    discussion: """
      Prints a line for each check as it is made: ok, warning or failed. Exits with 0 where nothing failed, with 1 where \
      something did, with 78 where the settings are wrong. Changes nothing but what the API does at each start: it \
      declares the broker's exchanges and queues.
      """)

  @Option(help: "A tenant whose active key is opened too: that needs MASTER_KEY_B64, or the tenant's grant.")
  var tenant: UUIDArgument?

  func run() async throws {
    let doctor = Doctor(configuration: try APIConfiguration())
    var hasFailed = false
    await doctor.examine(tenantID: tenant?.id) { finding in
      print(finding)
      hasFailed = hasFailed || finding.verdict == .failed
    }
    guard !hasFailed else { throw ExitCode(1) }
  }
}
