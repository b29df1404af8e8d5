public import Glibc

/// A value behind a POSIX mutex, for state that threads share and no actor owns.
///
/// `Synchronization.Mutex` would do, but it takes and lets go in a library that ThreadSanitizer doesn't instrument, so
/// that accesses under it are reported as races. POSIX mutexes it knows.
///
/// What locks is inlinable, so that it is specialised for each value where it is used: that is on every request's way.
///
/// `@unchecked Sendable`: the value, which nobody else may refer to, is reached under the lock alone, by one thread at a
/// time.
@safe
public final class Guarded<Value>: @unchecked Sendable {
  @usableFromInline let mutex: UnsafeMutablePointer<pthread_mutex_t>
  @usableFromInline let value: UnsafeMutablePointer<Value>

  /// Guards a value from now on.
  public init(_ value: sending Value) {
    unsafe self.value = .allocate(capacity: 1)
    unsafe self.value.initialize(to: value)
    unsafe mutex = .allocate(capacity: 1)
    let status = unsafe pthread_mutex_init(mutex, nil)
    precondition(status == 0, "out of memory")
  }

  deinit {
    unsafe pthread_mutex_destroy(mutex)
    unsafe mutex.deallocate()
    unsafe value.deinitialize(count: 1)
    unsafe value.deallocate()
  }

  /// Runs `body` while nobody else can; blocks until then, so `body` must neither wait, nor call out, nor lock this
  /// again.
  /// - Throws: what `body` throws.
  @inlinable
  public func withLock<Result, Failure: Error>(
    _ body: (inout sending Value) throws(Failure) -> sending Result
  ) throws(Failure) -> sending Result {
    unsafe pthread_mutex_lock(mutex)
    defer { unsafe pthread_mutex_unlock(mutex) }
    return try unsafe body(&value.pointee)
  }

  /// Runs `body` likewise, unless somebody else is at it now; never blocks.
  /// - Returns: nil where it didn't run.
  /// - Throws: what `body` throws.
  @inlinable
  public func withLockIfAvailable<Result, Failure: Error>(
    _ body: (inout sending Value) throws(Failure) -> sending Result
  ) throws(Failure) -> sending Result? {
    guard unsafe pthread_mutex_trylock(mutex) == 0 else { return nil }
    defer { unsafe pthread_mutex_unlock(mutex) }
    return try unsafe body(&value.pointee)
  }
}
