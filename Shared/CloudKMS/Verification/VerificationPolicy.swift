/// What a deployment demands of a key, and how patient it is.
public struct VerificationPolicy: Sendable, Hashable {
  /// What to do about a role that can be assumed without its external ID.
  public enum UnenforcedExternalID: String, Sendable, Hashable, CaseIterable {
    /// Refuse the key.
    case refuse
    /// Accept it with a warning.
    case warn
  }

  /// What to do about a role that can be assumed without its external ID. Default: refuse.
  public var unenforcedExternalID: UnenforcedExternalID = .refuse

  /// For how long after the start a denial is tried again, as IAM is eventually consistent. Default: 20 s.
  public var patience: Duration = .seconds(20)

  /// The pause after the first denial, doubled after each further one up to `longestPause`. Default: 500 ms.
  public var firstPause: Duration = .milliseconds(500)

  /// The longest pause between two tries. Default: 4 s.
  public var longestPause: Duration = .seconds(4)

  /// Creates the default policy.
  public init() {}
}
