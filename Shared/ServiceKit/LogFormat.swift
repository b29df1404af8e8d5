public import Logging
import TracePropagation

/// How log lines are written to standard error.
public enum LogFormat: String, Sendable, CaseIterable {
  /// One JSON object a line, for machines.
  case json
  /// One line of text, for people.
  case human
}

extension LogFormat {
  /// Sets up logging for the process; once, before anything logs. Every line of a task that belongs to a trace names it.
  public func bootstrap(level: Logger.Level) {
    LoggingSystem.bootstrap(
      { label, provider in
        var handler: any LogHandler =
          switch self {
          case .human: StreamLogHandler.standardError(label: label)
          case .json: JSONLogHandler(label: label)
          }
        handler.metadataProvider = provider
        handler.logLevel = level
        return handler
      }, metadataProvider: .trace)
  }
}

extension Logger.MetadataProvider {
  /// The trace of the current task, and the step within it.
  static let trace = Logger.MetadataProvider {
    guard let trace = TraceContext.current else { return [:] }
    return ["trace_id": "\(trace.traceID)", "span_id": "\(trace.spanID)"]
  }
}
