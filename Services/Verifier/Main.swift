import ArgumentParser
import ServiceKit

/// Probes customers' keys for the other services, what `kms.verify` asks, and checks over and over that they answer.
@main struct Verifier: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verifier", abstract: "Probes customers' keys, and checks that they still answer.",
    subcommands: [ServeCommand.self, HealthCommand.self], defaultSubcommand: ServeCommand.self)

  static func main() async { await ServiceProcess.main(Self.self) }
}

/// `verifier serve`
struct ServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "serve", abstract: "Serves until told to stop.")

  func run() async throws {
    let configuration = try VerifierConfiguration()
    try ServiceProcess.protectMemory()
    configuration.common.logFormat.bootstrap(level: configuration.common.logLevel)
    try await buildVerifier(configuration).run()
  }
}
