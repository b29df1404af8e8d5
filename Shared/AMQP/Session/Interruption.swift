import Glibc
import Locking

/// Lets a cancellation break off a write that blocks, by shutting the socket down under it (shutdown(2)).
///
/// librabbitmq writes until done: a broker that stopped reading could hold the loop there for as long as it likes.
final class Interruption: Sendable {
  private let socket = Guarded<CInt?>(nil)

  /// Names the socket that's about to be written to.
  func arm(_ socket: CInt) {
    self.socket.withLock { $0 = socket }
  }

  /// Forgets it after the write: once it's closed, its number may be anybody's.
  func disarm() {
    socket.withLock { $0 = nil }
  }

  /// Ends the write under way, if there is one; doesn't block.
  func fire() {
    socket.withLock { socket in
      if let socket { shutdown(socket, CInt(SHUT_RDWR)) }
    }
  }
}
