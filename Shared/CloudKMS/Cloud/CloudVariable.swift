/// A variable by which the operator says how the platform stands towards a cloud.
public struct CloudVariable: Sendable, Hashable {
  /// What a value may be.
  public enum Kind: Sendable, Hashable {
    /// Any text.
    case text
    /// Any text, shown to nobody.
    case secret
    /// `https://HOST`, or `http://HOST` for a stand-in.
    case origin
    /// `HOST` or `HOST:PORT`, which is asked over plain `http://`.
    case plaintextHost
    /// A URL whose host may be asked over plain `http://`.
    case plaintextURL
  }

  /// The variable: `AWS_ENDPOINT_URL`.
  public let name: String
  /// What it is for, in one sentence without a full stop.
  public let summary: String
  /// What its value may be.
  public let kind: Kind
  /// What stands in where it is not set; nil where nothing does.
  public let defaultValue: String?

  /// Describes a variable. Default: any text, and nothing that stands in for it.
  public init(_ name: String, _ summary: String, kind: Kind = .text, default defaultValue: String? = nil) {
    self.name = name
    self.summary = summary
    self.kind = kind
    self.defaultValue = defaultValue
  }
}
