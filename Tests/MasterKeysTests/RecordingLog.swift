import Locking
import Logging

/// A log that remembers what it was told.
final class RecordingLog: LogHandler {
  struct Entry: Sendable {
    let level: Logger.Level
    let message: String
    let metadata: Logger.Metadata
  }

  private let state = Guarded<[Entry]>([])

  var entries: [Entry] { state.withLock { $0 } }

  var metadata: Logger.Metadata {
    get { [:] }
    set {}
  }

  var logLevel: Logger.Level {
    get { .trace }
    set {}
  }

  subscript(metadataKey _: String) -> Logger.Metadata.Value? {
    get { nil }
    set {}
  }

  func log(event: LogEvent) {
    state.withLock {
      $0.append(Entry(level: event.level, message: "\(event.message)", metadata: event.metadata ?? [:]))
    }
  }
}
