public import FoundationEssentials

/// One use of a tenant's key.
public struct KeyUse: Sendable, Hashable {
  /// Whose key.
  public var tenantID: UUID
  /// After this instant nobody waits for the answer; nil where the transport's own limits are enough.
  public var deadline: Date?

  /// Describes a use. Default: no deadline.
  public init(tenantID: UUID, deadline: Date? = nil) {
    self.tenantID = tenantID
    self.deadline = deadline
  }
}

extension KeyUse {
  /// How long a request of it may take, at most this long; nil for as long as the transport allows.
  /// - Throws: `.unreachable` where the time is over before the service was asked.
  func timeout(
    at now: Date, for service: some CloudService, stage: VerificationStage, atMost limit: Duration? = nil
  ) throws(KMSFailure) -> Duration? {
    guard let seconds = deadline?.timeIntervalSince(now) else { return limit }
    guard seconds > 0 else {
      throw .unreachable("The time for the verification was over before \(service.name) was asked.", stage: stage)
    }
    let left = Duration.milliseconds(Int64(min(seconds, 86_400) * 1000))
    return limit.map { min($0, left) } ?? left
  }
}
