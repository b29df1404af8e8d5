import ArgumentParser

/// `onboarding-api rewrap`
struct RewrapCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rewrap", abstract: "Watches rewrap jobs, and limits how fast they go.",
    subcommands: [RewrapWatchCommand.self, RewrapLimitCommand.self])
}
