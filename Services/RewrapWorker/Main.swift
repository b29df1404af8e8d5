import ArgumentParser
import ServiceKit

/// Re-encrypts the data encryption keys of tenants under their newest master key; any number of these may run.
@main struct RewrapWorker: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rewrap-worker", abstract: "Re-encrypts data keys under the newest master key of their tenant.",
    subcommands: [ServeCommand.self, HealthCommand.self], defaultSubcommand: ServeCommand.self)

  static func main() async { await ServiceProcess.main(Self.self) }
}

/// `rewrap-worker serve`
struct ServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "serve", abstract: "Serves until told to stop.")

  func run() async throws {
    let configuration = try WorkerConfiguration()
    try ServiceProcess.protectMemory()
    configuration.common.logFormat.bootstrap(level: configuration.common.logLevel)
    try await buildWorker(configuration).run()
  }
}
