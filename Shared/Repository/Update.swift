/// What is to become of a setting that a change may leave alone.
public enum Update<Value: Sendable & Equatable>: Sendable, Equatable {
  /// It stays.
  case keep
  /// It is this from now on.
  case set(Value)

  /// It is this from now on; nil for it stays.
  public init(_ value: Value?) { self = value.map { .set($0) } ?? .keep }

  /// Whether it is set.
  var isSet: Bool { self != .keep }

  /// What it is set to; nil where it stays.
  var value: Value? {
    guard case .set(let value) = self else { return nil }
    return value
  }
}
