import ArgumentParser
import NIOCore
import ServiceKit

/// `onboarding-api serve`
struct ServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "serve", abstract: "Serves the API until told to stop.")

  func run() async throws {
    let configuration = try APIConfiguration()
    try ServiceProcess.protectMemory()
    // Connections have about a third of the work, requests' tasks the rest: threads beyond that only take turns.
    NIOSingletons.groupLoopCountSuggestion = max(1, System.coreCount / 2)
    configuration.common.logFormat.bootstrap(level: configuration.common.logLevel)
    try await buildAPI(configuration).run()
  }
}
