public import Logging
public import Postgres
public import ServiceLifecycle

/// Sees at the start of a process to it that its database is there and has the schema that this code is written for:
/// waits and says so where it hasn't yet, ends the process where it is a newer version's.
///
/// It looks at the start only. A process that runs already goes on while a newer version migrates: that is how versions
/// are rolled out.
public struct SchemaGate: Service {
  /// The longest pause between two looks.
  static let longestPause = Duration.seconds(5)

  private let pool: PostgresPool
  private let logger: Logger
  private let clock: any Clock<Duration>

  /// Creates a gate.
  /// - Parameters:
  ///   - pool: of the database.
  ///   - logger: told what is waited for.
  ///   - clock: measures the pauses; the continuous clock unless told.
  public init(pool: PostgresPool, logger: Logger, clock: any Clock<Duration> = ContinuousClock()) {
    self.pool = pool
    self.logger = logger
    self.clock = clock
  }

  /// Returns on graceful shutdown.
  /// - Throws: ``RepositoryError`` with `schemaTooNew`.
  public func run() async throws {
    try await cancelWhenGracefulShutdown { try await pass() }
    try? await gracefulShutdown()
  }

  /// Waits until the schema is there; cancellation ends the wait.
  /// - Throws: as ``run()``.
  func pass() async throws {
    var pause = Duration.milliseconds(100)
    while !Task.isCancelled {
      do {
        try await SchemaVersion(of: pool).demandKnown()
        return
      } catch let error as RepositoryError where error.isSchemaTooNew { throw error } catch {
        guard !Task.isCancelled else { return }
        logger.warning(
          "waiting for the database", metadata: ["error": "\(error)", "retry_in": "\(pause)"])
      }
      guard (try? await clock.sleep(for: pause)) != nil else { return }
      pause = min(pause * 2, Self.longestPause)
    }
  }
}

extension RepositoryError {
  fileprivate var isSchemaTooNew: Bool {
    if case .schemaTooNew = code { true } else { false }
  }
}
