// The main file of module Postgres: PostgreSQL through libpq, shaped for structured concurrency.

import BlockingQueue
import CLibpq
import Synchronization

/// One session with a PostgreSQL server, which libpq blocks for on a queue of its own.
///
/// Statements run one after another, in the order of the calls. Take connections from a ``PostgresPool``; open one
/// yourself where a session must last: migrations under a lock, ``PostgresListener``.
///
/// When the calling task is cancelled, the running statement is cancelled on the server and the call throws
/// `cancelled`; if the server doesn't answer within 5 seconds the connection is dropped. After any ``PostgresError`` of
/// code `connectionLost` the connection is closed for good.
public actor PostgresConnection {
  private let queue = BlockingQueue(label: "postgres")
  /// The socket, or -1: for asking, from any thread, whether anything has arrived.
  nonisolated let descriptor = Atomic<CInt>(-1)
  /// True while the session is open, idle and outside any transaction, for asking from any thread.
  nonisolated let isReusable = Atomic(false)
  nonisolated let wakeup: Wakeup
  let configuration: PostgresConfiguration

  var handle: ConnectionHandle?
  var prepared = PreparedStatements()
  var transaction: TransactionState?
  private var transactionCount = 0

  /// The queue on which libpq may block.
  public nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe queue.asUnownedSerialExecutor() }

  private init(_ configuration: PostgresConfiguration) throws(PostgresError) {
    self.configuration = configuration
    wakeup = try Wakeup()
  }

  /// Connects and authenticates.
  ///
  /// The caller's thread doesn't block. Cancellation gives the attempt up.
  /// - Throws: ``PostgresError`` with code `connectionFailed` or `cancelled`.
  public static func connect(_ configuration: PostgresConfiguration) async throws -> PostgresConnection {
    let connection = try PostgresConnection(configuration)
    try await connection.open()
    return connection
  }

  private func open() async throws {
    try await withInterruption { connection, interruption in
      let handle = try ConnectionHandle(
        connection.configuration, wakeup: connection.wakeup, interruption: interruption)
      connection.handle = handle
      connection.descriptor.store(handle.socket, ordering: .releasing)
      connection.isReusable.store(true, ordering: .releasing)
    }
  }

  /// Ends the session after the statement under way, if any; harmless when it has ended already.
  public func close() {
    descriptor.store(-1, ordering: .releasing)
    isReusable.store(false, ordering: .releasing)
    handle = nil
  }

  /// True until the session has ended, as far as this side knows; asks nobody.
  public var isOpen: Bool { handle != nil }

  /// True if the session is encrypted with TLS.
  public var isEncrypted: Bool { handle?.isEncrypted ?? false }

  /// Asks the server for an answer, for at most two seconds; false, and the session closed, if none came.
  public func isHealthy() -> Bool {
    guard transaction == nil, let handle, handle.transactionStatus == PQTRANS_IDLE else { return false }
    do {
      _ = try perform([], on: handle, interruption: nil, deadline: .now + .seconds(2))
      return true
    } catch {
      close()
      return false
    }
  }

  /// Runs synchronous work on the queue with something that the task's cancellation sets.
  func withInterruption<Value: Sendable>(
    _ body: (isolated PostgresConnection, Interruption) throws -> Value
  ) async throws -> Value {
    let interruption = Interruption(wakeup)
    return try await withTaskCancellationHandler {
      try body(self, interruption)
    } onCancel: {
      interruption.request()
    }
  }

  /// A number that no other transaction of this session had.
  func nextTransactionID() -> Int {
    transactionCount += 1
    return transactionCount
  }
}
