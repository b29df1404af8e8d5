import Locking
public import Logging
public import ServiceLifecycle

/// A few connections shared by many tasks.
///
/// Connections are opened when first needed. Tasks that find none free wait in line, at most for the acquire timeout.
/// A connection that broke, or that was left inside a transaction, is closed and replaced; one that lay idle longer than
/// 30 seconds, or that the server has written to meanwhile, is asked for a sign of life before it is handed out.
///
/// As a `Service` it runs until graceful shutdown and then closes; without one, call ``shutdown()`` at the end.
public final class PostgresPool: Service {
  typealias State = PoolState<PostgresConnection, CheckedContinuation<Grant, any Error>>
  typealias Grant = PoolGrant<PostgresConnection>

  /// How long a connection may lie idle and still be handed out unasked.
  static let trust = Duration.seconds(30)

  let configuration: PostgresConfiguration
  let acquireTimeout: Duration
  let logger: Logger
  let clock: any Clock<Duration>
  let state: Guarded<State>
  private let drained = Guarded<[CheckedContinuation<Void, Never>]>([])

  /// Makes a pool without connections.
  /// - Parameters:
  ///   - configuration: where to connect.
  ///   - size: the most connections to have open, at least 1.
  ///   - acquireTimeout: the longest to wait for a connection to become free, not counting the time to open one;
  ///     default 5 seconds.
  ///   - logger: told of connections opened and dropped.
  ///   - clock: measures the acquire timeout; default the continuous clock.
  public init(
    configuration: PostgresConfiguration, size: Int, acquireTimeout: Duration = .seconds(5), logger: Logger,
    clock: any Clock<Duration> = ContinuousClock()
  ) {
    precondition(size >= 1, "a pool needs room for a connection")
    self.configuration = configuration
    self.acquireTimeout = acquireTimeout
    self.logger = logger
    self.clock = clock
    state = Guarded(State(size: size))
  }

  /// Lends a connection, which goes back to the pool when the closure ends.
  /// - Parameter body: must not keep the connection.
  /// - Throws: what the closure throws; ``PostgresError`` with code `poolTimeout`, `poolClosed`, `connectionFailed`
  ///   or `cancelled` before it is called.
  public nonisolated(nonsending) func withConnection<Value>(
    _ body: nonisolated(nonsending) (PostgresConnection) async throws -> Value
  ) async throws -> Value {
    let connection = try await acquire()
    do {
      let value = try await body(connection)
      await release(connection)
      return value
    } catch {
      await release(connection)
      throw error
    }
  }

  /// Runs a transaction on a connection of the pool; otherwise as
  /// ``PostgresConnection/withTransaction(isolation:readOnly:preamble:_:)``.
  /// - Throws: as that and ``withConnection(_:)`` do.
  public nonisolated(nonsending) func withTransaction<Value>(
    isolation: PostgresIsolation = .readCommitted, readOnly: Bool = false, preamble: PostgresPreamble? = nil,
    _ body: nonisolated(nonsending) (PostgresTransaction) async throws -> Value
  ) async throws -> Value {
    try await withConnection { connection in
      try await connection.withTransaction(isolation: isolation, readOnly: readOnly, preamble: preamble, body)
    }
  }

  /// Runs one statement on a connection of the pool; otherwise as ``PostgresConnection/execute(_:_:)``.
  /// - Throws: as that and ``withConnection(_:)`` do.
  @discardableResult
  public func execute(
    _ statement: PostgresStatement, _ parameters: [PostgresValue] = []
  ) async throws -> PostgresRows {
    try await withConnection { connection in try await connection.execute(statement, parameters) }
  }

  /// Runs until graceful shutdown or cancellation, then closes the pool as ``shutdown()`` does.
  public func run() async {
    do {
      try await gracefulShutdown()
    } catch {
      logger.debug("pool cancelled")
    }
    await shutdown()
  }

  /// Refuses new users, closes idle connections and waits for those in use to come back; cancellation ends the waiting.
  public func shutdown() async {
    let (connections, waiters) = state.withLock { $0.close() }
    for waiter in waiters { waiter.resume(throwing: Self.closed) }
    for connection in connections { await connection.close() }
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        drained.withLock { $0.append(continuation) }
        if Task.isCancelled || state.withLock({ $0.isDrained }) { announceDrained() }
      }
    } onCancel: {
      announceDrained()
    }
  }

  func announceDrained() {
    let continuations = drained.withLock { waiting in
      defer { waiting = [] }
      return waiting
    }
    for continuation in continuations { continuation.resume() }
  }

  static let closed = PostgresError(.poolClosed, "the pool is closed")
}
