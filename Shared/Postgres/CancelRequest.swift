import CLibpq
import Dispatch
import Synchronization

/// The right to cancel what a connection is doing, from a thread of its own.
///
/// PQcancel opens a second connection and waits for the server to close it, so it may block as long as the network
/// does; nothing here waits for it. libpq 15 sends the request unencrypted, whatever the connection's sslmode.
///
/// `@unchecked Sendable`: a PGcancel is a copy of the server's address and the cancel key, never changed; PQcancel is
/// documented as safe on any thread (PostgreSQL manual, section 34.7).
@safe final class CancelRequest: @unchecked Sendable {
  private let cancel: OpaquePointer
  private let wakeup: Wakeup
  private let answered = Atomic(false)

  init?(_ connection: OpaquePointer, wakeup: Wakeup) {
    guard let cancel = unsafe PQgetCancel(connection) else { return nil }
    unsafe self.cancel = cancel
    self.wakeup = wakeup
  }

  deinit { unsafe PQfreeCancel(cancel) }

  /// True once the server has taken the request, or it has failed: no cancel can arrive any more.
  var isAnswered: Bool { answered.load(ordering: .acquiring) }

  /// Sends the request; returns at once, and signals the wakeup when it is answered.
  func send() {
    DispatchQueue.global().async {
      unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { message in
        _ = unsafe PQcancel(self.cancel, message.baseAddress, CInt(message.count))
      }
      self.answered.store(true, ordering: .releasing)
      self.wakeup.signal()
    }
  }
}
