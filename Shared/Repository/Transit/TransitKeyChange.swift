/// What is to become of a transit key's settings; what isn't named stays.
public struct TransitKeyChange: Sendable, Equatable {
  /// What is to become of a text that may be absent.
  public enum Text: Sendable, Equatable {
    /// It stays.
    case keep
    /// It is this one; nil for none.
    case set(String?)
  }

  /// Whether older versions may be destroyed; nil to leave that.
  public let allowsDeletion: Bool?
  /// The description.
  public let description: Text

  /// Takes the members as they are.
  public init(allowsDeletion: Bool? = nil, description: Text = .keep) {
    self.allowsDeletion = allowsDeletion
    self.description = description
  }
}
