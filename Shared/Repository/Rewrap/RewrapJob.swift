public import FoundationEssentials

/// The re-encryption of every data encryption key of a tenant under one version of its master key.
public struct RewrapJob: Sendable, Equatable {
  /// Where a job stands; ``RewrapTransition`` says how it gets from one to another.
  public enum Status: String, Sendable, CaseIterable {
    /// Workers carry it on.
    case running
    /// An admin stopped it.
    case paused
    /// The tenant's key denies us; it goes on by itself when the key answers again.
    case pausedSealed = "paused_sealed"
    /// Every row is under the target version.
    case completed
    /// So is every row but those in quarantine.
    case completedWithFailures = "completed_with_failures"
    /// A newer job took over, or the target version was revoked.
    case superseded

    /// What a job begins as.
    public static let initial = Status.running

    /// Whether there is work left to do; a tenant has at most one such job.
    public var isOpen: Bool { [.running, .paused, .pausedSealed].contains(self) }
  }

  /// The rewrap lease id.
  public let id: UUID
  /// Whose.
  public let tenantID: UUID
  /// The version that every row is to be under.
  public let targetVersion: Int32
  /// Where it stands.
  public let status: Status
  /// The rows that it has to do with; 0 before it was planned. An estimate for large tenants while it runs, never less
  /// than what is done; once it is completed, what was done.
  public let total: Int
  /// The rows of committed batches.
  public let processed: Int
  /// The rows that could not be unwrapped.
  public let failed: Int
  /// When it was planned, if it was.
  public let startedAt: Date?
  /// When it last went on after it had stood still, if it did.
  public let resumedAt: Date?
  /// The rows of batches that were committed before that.
  public let resumedProcessed: Int
  /// When the last batch was committed.
  public let progressedAt: Date?
  /// When it ended, if it did.
  public let finishedAt: Date?

  /// The mean rate from when it was planned, or last resumed, to the last committed batch; nil before there is one.
  public var rowsPerSecond: Double? {
    guard let startedAt, let progressedAt, processed > resumedProcessed else { return nil }
    let since = max(startedAt, resumedAt ?? startedAt)
    return Double(processed - resumedProcessed) / max(progressedAt.timeIntervalSince(since), 0.001)
  }

  /// How long the rest takes at ``rowsPerSecond``, in seconds; nil where that isn't known or nothing runs.
  public var secondsLeft: Double? {
    guard status == .running, let rowsPerSecond else { return nil }
    return Double(max(0, total - processed - failed)) / rowsPerSecond
  }
}

extension RewrapJob {
  /// What ``total`` is of a job that was planned for so many rows and is done with so many.
  static func total(planned: Int, done: Int, status: Status) -> Int {
    switch status {
    case .completed, .completedWithFailures: done
    case .running, .paused, .pausedSealed, .superseded: max(planned, done)
    }
  }
}
