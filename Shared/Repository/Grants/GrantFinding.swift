/// What came of unwrapping a tenant's active key version.
public enum GrantFinding: Sendable, Equatable {
  /// It unwrapped.
  case answered
  /// It didn't, for a cause that may pass; in one sentence, with what to do about it.
  case faltered(String)
  /// The customer's cloud refused, and once more when asked again; likewise.
  case denied(String)

  /// What it shows.
  /// - Parameter hasLapsed: whether the last answer is further back than a key may be held.
  func sign(hasLapsed: Bool) -> GrantState.Sign {
    switch self {
    case .answered: .answered
    case .faltered: hasLapsed ? .lapsed : .faltered
    case .denied: .denied
    }
  }

  /// What to remember of it, or nil where there is nothing to complain of.
  func complaint(hasLapsed: Bool) -> String? {
    switch self {
    case .answered: nil
    case .faltered(let text): hasLapsed ? "unreachable for too long, at last: \(text)" : text
    case .denied(let text): text
    }
  }
}
