public import Logging

/// How log lines are written to standard error.
public enum LogFormat: String, Sendable, CaseIterable {
  /// One JSON object a line, for machines.
  case json
  /// One line of text, for people.
  case human
}

extension LogFormat {
  /// Sets up logging for the process; once, before anything logs.
  public func bootstrap(level: Logger.Level) {
    LoggingSystem.bootstrap { label in
      var handler: any LogHandler =
        switch self {
        case .human: StreamLogHandler.standardError(label: label)
        case .json: JSONLogHandler(label: label)
        }
      handler.logLevel = level
      return handler
    }
  }
}
