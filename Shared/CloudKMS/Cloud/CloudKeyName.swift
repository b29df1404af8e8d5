/// The name of a key in one cloud: all that there is to tell of a key of the platform's own.
public protocol CloudKeyName: Sendable, Hashable, CustomStringConvertible {
  /// What such a name looks like, for whoever has to write one.
  static var grammar: String { get }

  /// Parses a name; nil where the text is none. What `description` says is parsed to the same.
  init?(_ text: String)
}
