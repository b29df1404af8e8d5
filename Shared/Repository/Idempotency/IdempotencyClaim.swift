public import FoundationEssentials

/// What there is to do about a call that may be a repetition.
public enum IdempotencyClaim: Sendable, Equatable {
  /// It hasn't happened: do it, then say what came of it by this attempt.
  case granted(attempt: UUID)
  /// It has happened, and this was answered.
  case answered(status: Int, answer: [UInt8])
  /// It is happening.
  case underWay
  /// The key was another request's.
  case otherRequest
}
