/// What is to become of a transit key's settings; what isn't named stays.
public struct TransitKeyChange: Sendable, Equatable {
  /// Whether older versions may be destroyed.
  public let allowsDeletion: Update<Bool>
  /// The description; nil for none.
  public let description: Update<String?>

  /// Takes the members as they are.
  public init(allowsDeletion: Update<Bool> = .keep, description: Update<String?> = .keep) {
    self.allowsDeletion = allowsDeletion
    self.description = description
  }
}
