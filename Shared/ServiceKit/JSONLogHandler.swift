import FoundationEssentials
import JSON
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
    var members: [String: JSONValue] = [:]
    members.reserveCapacity(16)
    // The nearer to the event the better it knows.
    for metadata in [metadataProvider?.get(), metadata, event.metadata] {
      for (key, value) in metadata ?? [:] { members[key] = .string(value.description) }
    }
    if let error = event.error { members["error"] = .string("\(error)") }
    members["at"] = .string(Date().formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true)))
    members["level"] = .string(event.level.rawValue)
    members["logger"] = .string(label)
    members["message"] = .string(event.message.description)
    write(JSONValue.object(members).canonicalText + "\n")
  }
}
