internal import Glibc

/// A value behind a POSIX mutex, for state that threads share and no actor owns.
///
/// `Synchronization.Mutex` would do, but under contention it waits in a library that ThreadSanitizer doesn't instrument,
/// so that it reports every access after such a wait as a race. POSIX mutexes it knows.
///
/// `@unchecked Sendable`: the value is reached through ``withLock(_:)`` alone, by one thread at a time.
@safe
public final class Guarded<Value: Sendable>: @unchecked Sendable {
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private var value: Value

  /// Guards a value from now on.
  public init(_ value: Value) {
    self.value = value
    unsafe mutex = .allocate(capacity: 1)
    let status = unsafe pthread_mutex_init(mutex, nil)
    precondition(status == 0, "out of memory")
  }

  deinit {
    unsafe pthread_mutex_destroy(mutex)
    unsafe mutex.deallocate()
  }

  /// Runs `body` while nobody else can; blocks until then, so `body` must neither wait, nor call out, nor lock this
  /// again.
  /// - Throws: what `body` throws.
  public func withLock<Result, Failure: Error>(
    _ body: (inout Value) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    unsafe pthread_mutex_lock(mutex)
    defer { unsafe pthread_mutex_unlock(mutex) }
    return try body(&value)
  }
}
