/// One environment variable that configures a service.
///
/// What all three executables share lives in this module: configuration, logging, the topology of commands, shutdown.
public struct Setting: Sendable, Equatable {
  /// The variable: `DATABASE_URL`. The variable of the same name with `_FILE` may name a file that holds the value.
  public let name: String
  /// What it is for, in one sentence without a full stop.
  public let summary: String
  /// What stands in where it is absent; nil where it must be given.
  public let defaultValue: String?
  /// Whether its value must never be shown.
  public let isSecret: Bool

  /// Describes a variable.
  public init(_ name: String, _ summary: String, default defaultValue: String? = nil, isSecret: Bool = false) {
    self.name = name
    self.summary = summary
    self.defaultValue = defaultValue
    self.isSecret = isSecret
  }
}
