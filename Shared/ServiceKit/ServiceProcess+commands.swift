public import ArgumentParser

extension ServiceProcess {
  /// Runs the command that the process was started with, as ``main(_:)``; errors of the command line are the parser's.
  public static func main<Root: AsyncParsableCommand>(_ root: Root.Type) async {
    await main {
      do {
        var command = try Root.parseAsRoot()
        if var command = command as? any AsyncParsableCommand {
          try await command.run()
        } else {
          try command.run()
        }
      } catch let error as ConfigurationError { throw error } catch { Root.exit(withError: error) }
    }
  }
}
