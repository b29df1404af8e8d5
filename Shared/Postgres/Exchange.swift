import CLibpq
import Glibc

/// One conversation with the server: what was sent is flushed, results are awaited, and a cancellation is carried out.
///
/// A statement that is cancelled ends with the server's answer to it, so the connection stays usable. If the cancel
/// request or that answer doesn't come within ``cancelGrace``, the exchange fails and the connection must be dropped.
struct Exchange {
  static let cancelGrace = Duration.seconds(5)

  let handle: ConnectionHandle
  private let interruption: Interruption?
  private var deadline: ContinuousClock.Instant?
  private var cancelRequest: CancelRequest?

  /// - Parameters:
  ///   - interruption: what cancels the exchange; nil where it must run to its end.
  ///   - deadline: when to give the connection up, in case the server has stopped answering at all.
  init(_ handle: ConnectionHandle, interruption: Interruption?, deadline: ContinuousClock.Instant?) {
    self.handle = handle
    self.interruption = interruption
    self.deadline = deadline
  }

  /// True once a cancel request was sent.
  var isCancelling: Bool { cancelRequest != nil }

  /// The next result, or nil where libpq marks the end of a statement's results; blocks until it is complete.
  mutating func nextResult() throws(PostgresError) -> ResultHandle? {
    var isFlushed = false
    while true {
      if !isFlushed {
        // A failed flush is not the end: the server's reason for hanging up may be waiting to be read.
        isFlushed = unsafe PQflush(handle.connection) != 1
      }
      guard unsafe PQisBusy(handle.connection) != 0 else { break }
      try wait(for: isFlushed ? POLLIN : POLLIN | POLLOUT)
      guard unsafe PQconsumeInput(handle.connection) != 0 || PQisBusy(handle.connection) == 0 else {
        throw PostgresError(.connectionLost, "the connection broke while a statement ran")
      }
    }
    return unsafe PQgetResult(handle.connection).map { unsafe ResultHandle(owning: $0) }
  }

  /// Waits until no cancel request can hit a later statement.
  mutating func settle() throws(PostgresError) {
    while let cancelRequest, !cancelRequest.isAnswered { try wait(for: 0) }
  }

  /// Blocks until the socket is ready or the cancel request answered.
  private mutating func wait(for events: CInt) throws(PostgresError) {
    if cancelRequest == nil, let interruption, interruption.isRequested {
      guard let request = unsafe CancelRequest(handle.connection, wakeup: handle.wakeup) else {
        throw PostgresError(.cancelled, "cancelled; the connection was dropped")
      }
      request.send()
      cancelRequest = request
      let grace = ContinuousClock.now + Self.cancelGrace
      deadline = deadline.map { min($0, grace) } ?? grace
    }
    guard try handle.wait(for: events, until: deadline) == .deadline else { return }
    throw isCancelling
      ? PostgresError(.cancelled, "cancelled; the connection was dropped")
      : PostgresError(.timeout, "the server stopped answering; the connection was dropped")
  }
}
