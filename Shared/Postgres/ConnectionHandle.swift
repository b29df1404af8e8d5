import CLibpq
import Glibc

/// The owner of a PGconn in non-blocking mode; confined to one thread at a time by the actor that holds it.
@safe final class ConnectionHandle {
  let connection: OpaquePointer
  let wakeup: Wakeup

  /// Opens a connection; blocks until it is ready, the deadline passes or the interruption is requested.
  ///
  /// Only the resolver may block longer: PQconnectStart asks it, within the limits of resolv.conf.
  init(
    _ configuration: PostgresConfiguration, wakeup: Wakeup, interruption: Interruption
  ) throws(PostgresError) {
    self.wakeup = wakeup
    let deadline = ContinuousClock.now + configuration.connectTimeout
    guard let connection = unsafe configuration.withParameters({ unsafe PQconnectStartParams($0, $1, 0) }) else {
      throw PostgresError(.connectionFailed, "out of memory")
    }
    unsafe self.connection = connection
    // Without a receiver libpq prints notices, which may hold data, to standard error.
    unsafe PQsetNoticeReceiver(connection, { _, _ in }, nil)
    // Only a verbose message tells why the server refused a connection by its SQLSTATE.
    unsafe PQsetErrorVerbosity(connection, PQERRORS_VERBOSE)
    var events = CInt(POLLOUT)
    while unsafe PQstatus(connection) != CONNECTION_BAD {
      guard try wait(for: events, until: deadline) != .deadline else {
        throw PostgresError(.connectionFailed, "not connected within \(configuration.connectTimeout)")
      }
      if interruption.isRequested { throw PostgresError(.cancelled, "cancelled while connecting") }
      switch unsafe PQconnectPoll(connection) {
      case PGRES_POLLING_OK:
        unsafe PQsetErrorVerbosity(connection, PQERRORS_DEFAULT)
        guard unsafe PQsetnonblocking(connection, 1) == 0 else { throw connectionFailure() }
        return
      case PGRES_POLLING_READING: events = CInt(POLLIN)
      case PGRES_POLLING_WRITING: events = CInt(POLLOUT)
      default: throw connectionFailure()
      }
    }
    throw connectionFailure()
  }

  deinit { unsafe PQfinish(connection) }

  var socket: CInt { unsafe PQsocket(connection) }
  var isBad: Bool { unsafe PQstatus(connection) == CONNECTION_BAD }
  var transactionStatus: PGTransactionStatusType { unsafe PQtransactionStatus(connection) }
  var isEncrypted: Bool { unsafe PQsslInUse(connection) != 0 }

  /// Why `poll` returned.
  enum Readiness { case socket, wakeup, deadline }

  /// Blocks until the socket is ready for the events, the wakeup is signalled or the deadline passes.
  func wait(for events: CInt, until deadline: ContinuousClock.Instant?) throws(PostgresError) -> Readiness {
    var polled = [
      // poll passes over a negative descriptor: without events even a socket that was hung up must not wake it.
      pollfd(fd: events == 0 ? -1 : socket, events: Int16(events), revents: 0),
      pollfd(fd: wakeup.descriptor, events: Int16(POLLIN), revents: 0),
    ]
    while true {
      let milliseconds = deadline.map { (ContinuousClock.now.duration(to: $0)).pollMilliseconds } ?? -1
      let ready = unsafe polled.withUnsafeMutableBufferPointer { unsafe poll($0.baseAddress, 2, milliseconds) }
      if ready < 0 {
        guard errno == EINTR else { throw PostgresError(.connectionLost, "poll failed (errno \(errno))") }
      } else if ready == 0 {
        guard let deadline, ContinuousClock.now < deadline else { return .deadline }
      } else {
        if polled[1].revents != 0 { wakeup.drain() }
        return polled[0].revents != 0 ? .socket : .wakeup
      }
    }
  }

  private func connectionFailure() -> PostgresError {
    let message = unsafe PQerrorMessage(connection).map { unsafe String(cString: $0) } ?? ""
    return PostgresError.connectionFailed(message)
  }
}

extension Duration {
  /// Whole milliseconds, rounded up so that nobody spins on the last fraction; 0 for the past, a day at most.
  var pollMilliseconds: CInt {
    let (seconds, attoseconds) = components
    guard seconds >= 0, attoseconds >= 0 else { return 0 }
    guard seconds < 86_400 else { return 86_400_000 }
    return CInt(seconds * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
  }
}
