public import FoundationEssentials

/// That a tenant's keys may not be unwrapped, and why.
public struct TenantSeal: Sendable, Equatable {
  /// Since when.
  public let since: Date
  /// What the last look at the customer's key found and what to do about it, in one sentence.
  public let reason: String

  /// Takes the members as they are.
  public init(since: Date, reason: String) {
    self.since = since
    self.reason = reason
  }
}
