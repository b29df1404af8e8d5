/// A way of a rewrap job from one state to another: together, in ``all``, the state machine.
///
/// The store moves a job by these alone, each in one statement that compares and sets, so of two moves at once the
/// second sees what the first left.
public struct RewrapTransition: Sendable, Hashable {
  /// What an operator calls it.
  public let name: String
  /// Where it may start.
  public let from: [RewrapJob.Status]
  /// Where it ends.
  public let to: RewrapJob.Status

  /// An admin stops the job; it also keeps a job that waits for an unsealing from going on by itself.
  public static let pause = RewrapTransition("pause", from: [.running, .pausedSealed], to: .paused)
  /// An admin lets it go on; where the tenant is sealed, ``seal`` follows at once.
  public static let resume = RewrapTransition("resume", from: [.paused], to: .running)
  /// The tenant's key denies us. A job that an admin paused stays the admin's.
  public static let seal = RewrapTransition("seal", from: [.running], to: .pausedSealed)
  /// The tenant's key answers again.
  public static let unseal = RewrapTransition("unseal", from: [.pausedSealed], to: .running)
  /// The census found every row under the target version.
  public static let complete = RewrapTransition("complete", from: [.running], to: .completed)
  /// The census found no row under an older version but those in quarantine.
  public static let completeWithFailures = RewrapTransition(
    "complete-with-failures", from: [.running], to: .completedWithFailures)
  /// An admin puts the quarantined rows back to work.
  public static let retryFailed = RewrapTransition(
    "retry-failed", from: [.running, .completedWithFailures], to: .running)
  /// A newer job takes over, or the target version was revoked.
  public static let supersede = RewrapTransition(
    "supersede", from: [.running, .paused, .pausedSealed], to: .superseded)

  /// Every transition there is.
  public static let all = [
    pause, resume, seal, unseal, complete, completeWithFailures, retryFailed, supersede,
  ]

  private init(_ name: String, from: [RewrapJob.Status], to: RewrapJob.Status) {
    self.name = name
    self.from = from
    self.to = to
  }
}
