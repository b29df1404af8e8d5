/// How a tenant's grant stands: whether the customer's key can be used.
public enum GrantState: String, Sendable, CaseIterable {
  /// The key answered the last time.
  case active
  /// It didn't, for a cause that may pass: what is unwrapped already is served until its time is over.
  case degraded
  /// It can't be used: nothing is unwrapped for the tenant, but to see whether that has changed.
  case sealed

  /// How a grant begins: an onboarding's probe is an answer of the key's, as it is when it replaces a configuration.
  public static let initial = GrantState.active

  /// What a look at the grant shows.
  public enum Sign: String, Sendable, CaseIterable {
    /// The key unwrapped the tenant's active version.
    case answered
    /// It didn't, for a cause that may pass.
    case faltered
    /// Likewise, and its last answer is further back than a key may be held.
    case lapsed
    /// The customer's cloud refused, twice.
    case denied
  }

  /// A change of state.
  public struct Transition: Sendable, Hashable {
    /// The state before.
    public let from: GrantState
    /// What was seen.
    public let sign: Sign
    /// The state after.
    public let to: GrantState
  }

  /// Every change of state; a sign that isn't listed for a state leaves it as it is.
  ///
  /// A lapse seals only who was degraded before: after a time in which nobody looked, one failure proves nothing.
  public static let transitions = [
    Transition(from: .active, sign: .faltered, to: .degraded),
    Transition(from: .active, sign: .lapsed, to: .degraded),
    Transition(from: .active, sign: .denied, to: .sealed),
    Transition(from: .degraded, sign: .answered, to: .active),
    Transition(from: .degraded, sign: .lapsed, to: .sealed),
    Transition(from: .degraded, sign: .denied, to: .sealed),
    Transition(from: .sealed, sign: .answered, to: .active),
  ]

  /// The state after a sign.
  public func after(_ sign: Sign) -> GrantState {
    Self.transitions.first { $0.from == self && $0.sign == sign }?.to ?? self
  }
}
