public import FoundationEssentials

/// The re-encryption of every data encryption key of a tenant under one version of its master key.
public struct RewrapJob: Sendable, Equatable {
  /// Where a job stands.
  public enum Status: String, Sendable {
    case running
    case paused
    case pausedSealed = "paused_sealed"
    case completed
    case completedWithFailures = "completed_with_failures"
    case superseded
  }

  /// The rewrap lease id.
  public let id: UUID
  /// Whose.
  public let tenantID: UUID
  /// The version that every row is to be under.
  public let targetVersion: Int32
  /// Where it stands.
  public let status: Status
  /// The rows that it was planned for; 0 before that.
  public let total: Int
  /// The rows of committed batches.
  public let processed: Int
  /// The rows that could not be unwrapped.
  public let failed: Int
  /// When it was planned, if it was.
  public let startedAt: Date?
  /// When the last batch was committed.
  public let progressedAt: Date?
  /// When it ended, if it did.
  public let finishedAt: Date?

  /// The mean rate from the start to the last committed batch; nil before there is one.
  public var rowsPerSecond: Double? {
    guard let startedAt, let progressedAt, processed > 0 else { return nil }
    return Double(processed) / max(progressedAt.timeIntervalSince(startedAt), 0.001)
  }

  /// How long the rest takes at ``rowsPerSecond``, in seconds; nil where that isn't known or nothing runs.
  public var secondsLeft: Double? {
    guard status == .running, let rowsPerSecond else { return nil }
    return Double(max(0, total - processed - failed)) / rowsPerSecond
  }
}
