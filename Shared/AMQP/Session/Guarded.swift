import Glibc

/// A value behind a POSIX mutex.
///
/// `Synchronization.Mutex` would do, but under contention it waits in a library that ThreadSanitizer doesn't instrument,
/// so that it reports every access after such a wait as a race. POSIX mutexes it knows.
///
/// `@unchecked Sendable`: the value is reached through `withLock` alone, by one thread at a time.
@safe
final class Guarded<Value: Sendable>: @unchecked Sendable {
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private var value: Value

  init(_ value: Value) {
    self.value = value
    unsafe mutex = .allocate(capacity: 1)
    let status = unsafe pthread_mutex_init(mutex, nil)
    precondition(status == 0, "out of memory")
  }

  deinit {
    unsafe pthread_mutex_destroy(mutex)
    unsafe mutex.deallocate()
  }

  /// Runs `body` while nobody else can; it must neither wait nor call out.
  func withLock<Result>(_ body: (inout Value) -> Result) -> Result {
    unsafe pthread_mutex_lock(mutex)
    defer { unsafe pthread_mutex_unlock(mutex) }
    return body(&value)
  }
}
