public import HTTPClient

/// What every cloud's side of the platform is made of: the way out, the operator's variables, the time.
public struct CloudEnvironment: Sendable {
  let transport: any HTTPTransport
  let variable: @Sendable (String) -> String?
  let clock: KMSClock

  /// Creates an environment.
  /// - Parameters:
  ///   - transport: sends the requests; an `HTTPClient`.
  ///   - clock: tells the time. Default: the machine's.
  ///   - variable: looks one of ``Clouds/variables`` up, or one that ``Clouds/mayHoldSecret(_:)``, now; nil where it is not
  ///     set.
  public init(
    transport: any HTTPTransport, clock: KMSClock = .system, variable: @escaping @Sendable (String) -> String?
  ) {
    self.transport = transport
    self.clock = clock
    self.variable = variable
  }
}
