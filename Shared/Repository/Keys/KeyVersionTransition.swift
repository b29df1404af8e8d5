/// A way of a key version from one status to another: together, in ``all``, the state machine.
///
/// The store moves a version by these alone, each in one statement that compares and sets. There is no way back: what was
/// retired wraps nothing new, and what was revoked can't be unwrapped by anybody.
public struct KeyVersionTransition: Sendable, Hashable {
  /// What an operator calls it.
  public let name: String
  /// Where it starts.
  public let from: KeyVersion.Status
  /// Where it ends.
  public let to: KeyVersion.Status

  /// The next version takes over, in the same transaction.
  public static let retire = KeyVersionTransition("retire", from: .active, to: .retired)
  /// The wrapped bytes are wiped. An active version is retired first: a tenant is never without one.
  public static let revoke = KeyVersionTransition("revoke", from: .retired, to: .revoked)

  /// Every transition there is.
  public static let all = [retire, revoke]

  private init(_ name: String, from: KeyVersion.Status, to: KeyVersion.Status) {
    self.name = name
    self.from = from
    self.to = to
  }
}
