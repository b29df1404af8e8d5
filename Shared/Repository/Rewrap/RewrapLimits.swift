/// How many rows a second may be rewrapped.
public struct RewrapLimits: Sendable, Equatable {
  /// Rows a second that can be set.
  public static let bounds: ClosedRange<Int32> = 1...100_000_000

  /// Of the tenant's; nil for no limit.
  public let tenant: Int32?
  /// Of all tenants' together; nil for no limit.
  public let deployment: Int32?
}

/// What a batch may do before it begins.
public enum RewrapAdmission: Sendable, Equatable {
  /// It may take as many rows as it likes: nothing limits it.
  case unlimited
  /// It may take so many rows, which are paid for.
  case granted(Int32)
  /// It must wait so long, and ask again.
  case later(Duration)
}
