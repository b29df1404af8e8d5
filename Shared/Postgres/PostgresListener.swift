public import Logging

/// Notifications on some channels, through a connection of its own that is renewed whenever it breaks.
///
/// What is sent while no connection listens is lost, so each ``Event/listening`` is the sign to look at the tables:
///
/// ```swift
/// for await event in PostgresListener(configuration: configuration, channels: ["outbox"], logger: logger) {
///   try await relayPending()
/// }
/// ```
///
/// The connection is opened by the loop itself and closed when the loop ends. Cancelling its task ends the loop.
public struct PostgresListener: AsyncSequence, Sendable {
  /// What the loop receives.
  public enum Event: Sendable, Hashable {
    /// A connection listens, the first or a new one; anything may have been missed before.
    case listening
    /// A notification.
    case notification(PostgresNotification)
  }

  let configuration: PostgresConfiguration
  let channels: [String]
  let logger: Logger
  let clock: any Clock<Duration>

  /// Describes a subscription; connects when iterated.
  /// - Parameters:
  ///   - configuration: where to connect.
  ///   - channels: names of at most 63 bytes each.
  ///   - logger: told of lost connections.
  ///   - clock: measures the pauses between attempts to connect; default the continuous clock.
  public init(
    configuration: PostgresConfiguration, channels: [String], logger: Logger,
    clock: any Clock<Duration> = ContinuousClock()
  ) {
    self.configuration = configuration
    self.channels = channels
    self.logger = logger
    self.clock = clock
  }

  /// Begins to listen; each iterator has its own connection.
  public func makeAsyncIterator() -> Iterator { Iterator(listener: self) }

  /// Listens while it is asked for the next event.
  public struct Iterator: AsyncIteratorProtocol {
    /// How long silence may last before the server is asked for a sign of life.
    private static let silence = Duration.seconds(30)

    private let listener: PostgresListener
    private var connection: PostgresConnection?
    private var failures = 0

    init(listener: PostgresListener) { self.listener = listener }

    /// The next event, or nil once the task is cancelled; suspends until there is one, through any number of attempts
    /// to connect, with pauses that grow from 100 milliseconds to 5 seconds.
    public mutating func next(isolation actor: isolated (any Actor)?) async -> Event? {
      while !Task.isCancelled {
        do {
          guard let connection else {
            if failures > 0 { try await listener.pause(after: failures) }
            self.connection = try await listener.connect()
            failures = 0
            return .listening
          }
          if let notification = try await connection.waitForNotification(timeout: Self.silence) {
            return .notification(notification)
          }
          if await !connection.isHealthy() { throw PostgresError(.connectionLost, "no sign of life") }
        } catch {
          await connection?.close()
          connection = nil
          failures += 1
          if !Task.isCancelled { listener.logger.warning("not listening", metadata: ["error": "\(error)"]) }
        }
      }
      await connection?.close()
      connection = nil
      return nil
    }

    /// The next event, as ``next(isolation:)``.
    public mutating func next() async -> Event? { await next(isolation: nil) }
  }

  private func connect() async throws -> PostgresConnection {
    let connection = try await PostgresConnection.connect(configuration)
    for channel in channels { try await connection.listen(to: channel) }
    return connection
  }

  private func pause(after failures: Int) async throws {
    try await clock.sleep(for: .milliseconds(Swift.min(5000, 100 << Swift.min(failures - 1, 6))))
  }
}
