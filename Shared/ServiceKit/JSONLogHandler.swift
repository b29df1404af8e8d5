import FoundationEssentials
public import Logging

/// Writes each log line as one JSON object to standard error: `at`, `level`, `logger`, `message`, and the metadata.
public struct JSONLogHandler: LogHandler {
  private let label: String
  private let write: @Sendable (String) -> Void

  /// Events below this level are left out.
  public var logLevel: Logger.Level = .info
  /// Members of every line.
  public var metadata: Logger.Metadata = [:]
  /// Members of the line that is written at the moment.
  public var metadataProvider: Logger.MetadataProvider?

  /// Creates a handler.
  /// - Parameters:
  ///   - label: the logger's.
  ///   - write: takes a line with its end; standard error unless told. Blocks as long as it does.
  public init(label: String, write: (@Sendable (String) -> Void)? = nil) {
    self.label = label
    self.write = write ?? StandardError.write
  }

  /// A member of every line.
  public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  /// Writes a line; blocks as long as the writing does.
  public func log(event: LogEvent) {
    var line = JSONLine()
    // What the line says of itself stands first, and what was said first stands: no metadata can pass for it. Of those,
    // the nearer to the event the better it knows.
    line.append("at", Date().formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true)))
    line.append("level", event.level.rawValue)
    line.append("logger", label)
    line.append("message", event.message.description)
    if let error = event.error { line.append("error", "\(error)") }
    for metadata in [event.metadata, metadata, metadataProvider?.get()] {
      for (name, value) in metadata ?? [:] { line.append(name, value.description) }
    }
    write(line.finish())
  }
}
