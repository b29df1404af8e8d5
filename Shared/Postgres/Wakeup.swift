import CLibpq
import Glibc

/// An event counter (`eventfd(2)`) that makes a thread blocked in `poll` look up.
final class Wakeup: Sendable {
  /// Readable after ``signal()`` until ``drain()``.
  let descriptor: CInt

  init() throws(PostgresError) {
    descriptor = eventfd(0, CInt(EFD_CLOEXEC | EFD_NONBLOCK))
    guard descriptor >= 0 else {
      throw PostgresError(.connectionFailed, "no file descriptor left (errno \(errno))")
    }
  }

  deinit { close(descriptor) }

  /// Wakes the thread that polls, now or when it next does; doesn't block, may be called from any thread.
  func signal() { _ = eventfd_write(descriptor, 1) }

  /// Takes back the signals given so far.
  func drain() {
    var count: eventfd_t = 0
    _ = unsafe eventfd_read(descriptor, &count)
  }
}
