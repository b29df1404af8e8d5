import ArgumentParser
import ServiceKit

/// `onboarding-api serve`
struct ServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "serve", abstract: "Serves the API until told to stop.")

  func run() async throws {
    let configuration = try APIConfiguration()
    try ServiceProcess.protectMemory()
    configuration.common.logFormat.bootstrap(level: configuration.common.logLevel)
    try await buildAPI(configuration).run()
  }
}
