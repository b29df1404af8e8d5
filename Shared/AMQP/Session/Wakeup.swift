import CRabbitMQ
import Glibc
import Synchronization

/// Lets any task interrupt a loop that waits for a socket: an eventfd (eventfd(2)) polled beside it.
///
/// Raising costs a system call only once per turn of the loop, however many raise it meanwhile.
final class Wakeup: Sendable {
  private let descriptor: CInt
  private let isRaised = Atomic(false)

  init() {
    descriptor = eventfd(0, CInt(EFD_CLOEXEC | EFD_NONBLOCK))
  }

  deinit {
    close(descriptor)
  }

  /// Whether the system had a descriptor to give.
  var isUsable: Bool { descriptor >= 0 }

  /// Ends the current wait, or the next one at once; doesn't block.
  func raise() {
    guard !isRaised.exchange(true, ordering: .sequentiallyConsistent) else { return }
    eventfd_write(descriptor, 1)
  }

  /// Blocks until input arrives, the wake-up is raised or the time is over.
  ///
  /// What was noted before `raise` is visible after this returns.
  func wait(forInputOn socket: CInt, atMost timeout: Duration) {
    let (seconds, attoseconds) = timeout.components
    let milliseconds = seconds * 1000 + attoseconds / 1_000_000_000_000_000
    var descriptors = [
      pollfd(fd: socket, events: Int16(POLLIN), revents: 0), pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
    ]
    _ = unsafe poll(&descriptors, 2, CInt(clamping: max(milliseconds, 0)))
    guard descriptors[1].revents != 0 else { return }
    // Emptied before the flag falls: the other way round, a raise in between would be swallowed with its flag up, and
    // every later one would think that the loop knows.
    var count: eventfd_t = 0
    _ = unsafe eventfd_read(descriptor, &count)
    _ = isRaised.exchange(false, ordering: .sequentiallyConsistent)
  }
}
