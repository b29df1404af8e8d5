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
  }

  /// The variable: `AWS_ENDPOINT_URL`.
  public let name: String
  /// What it is for, in one sentence without a full stop.
  public let summary: String
  /// What its value may be.
  public let kind: Kind

  /// Describes a variable. Default: any text.
  public init(_ name: String, _ summary: String, kind: Kind = .text) {
    self.name = name
    self.summary = summary
    self.kind = kind
  }
}
