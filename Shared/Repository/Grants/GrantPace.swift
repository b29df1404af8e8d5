/// How often grants are looked at, and for how long one may stay silent.
public struct GrantPace: Sendable, Equatable {
  /// From one look at an active grant to the next, at most: each is up to a tenth sooner, so that they spread out.
  /// 60 seconds unless told.
  public var interval = Duration.seconds(60)
  /// Likewise at a grant that is degraded or sealed. 30 seconds unless told.
  public var troubledInterval = Duration.seconds(30)
  /// How long after its last answer a degraded grant is sealed as unreachable: as long as a customer's key may be held.
  /// 5 minutes unless told.
  public var timeToLive = Duration.seconds(300)

  /// The contract's times.
  public init() {}

  /// The interval that a state calls for.
  func interval(in state: GrantState) -> Duration { state == .active ? interval : troubledInterval }
}
