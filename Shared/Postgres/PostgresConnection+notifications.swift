import CLibpq
import Glibc

/// A message that some session sent with NOTIFY.
public struct PostgresNotification: Sendable, Hashable {
  /// The channel it was sent on.
  public let channel: String
  /// What the sender wrote, empty if nothing; at most 8,000 bytes.
  public let payload: String
  /// The process that serves the sender's session.
  public let processID: Int32
}

extension PostgresConnection {
  /// Subscribes the session to a channel; outside a transaction it takes effect at once.
  /// - Parameter channel: a name of at most 63 bytes, compared exactly.
  /// - Throws: ``PostgresError``, also `invalidParameters` for a name that can't be one.
  public func listen(to channel: String) async throws {
    guard !channel.isEmpty, channel.utf8.count <= 63, !channel.utf8.contains(0) else {
      throw PostgresError(.invalidParameters, "a channel's name takes 1 to 63 bytes")
    }
    let quoted = String(channel.flatMap { $0 == "\"" ? "\"\"" : String($0) })
    try await execute(PostgresStatement(unchecked: "LISTEN \"\(quoted)\""))
  }

  /// Waits for the next notification on the channels that the session listens to.
  ///
  /// Everything else on this connection waits as long, so give it a connection of its own. Cancellation ends the wait
  /// at once and leaves the connection usable.
  /// - Parameter timeout: the longest to wait.
  /// - Returns: the notification, or nil after the timeout.
  /// - Throws: ``PostgresError`` with code `cancelled` or `connectionLost`.
  public func waitForNotification(timeout: Duration) async throws -> PostgresNotification? {
    try await withInterruption { connection, interruption in
      guard let handle = connection.handle else {
        throw PostgresError(.connectionLost, "the connection is closed")
      }
      let deadline = ContinuousClock.now + timeout
      return try connection.dropOnLoss {
        while !interruption.isRequested {
          if let notification = handle.nextNotification() { return notification }
          switch try handle.wait(for: CInt(POLLIN), until: deadline) {
          case .deadline: return nil
          case .wakeup: continue
          case .socket: try handle.consumeInput()
          }
        }
        throw PostgresError(.cancelled, "cancelled while waiting for a notification")
      }
    }
  }
}

extension ConnectionHandle {
  /// A notification already received, if any.
  fileprivate func nextNotification() -> PostgresNotification? {
    guard let notification = unsafe PQnotifies(connection) else { return nil }
    defer { unsafe PQfreemem(notification) }
    return unsafe PostgresNotification(
      channel: String(cString: notification.pointee.relname),
      payload: String(cString: notification.pointee.extra),
      processID: notification.pointee.be_pid)
  }

  /// Reads what has arrived.
  fileprivate func consumeInput() throws(PostgresError) {
    guard unsafe PQconsumeInput(connection) == 1 else {
      throw PostgresError(.connectionLost, "the connection broke while idle")
    }
  }
}
