/// Key material or a secret value in memory of its own: locked against swapping where the system allows it, wiped when
/// the last reference goes, compared in constant time and never printed.
///
/// It is a class so that a secret has one copy however often it is passed on, and immutable so that any number of tasks
/// may share it. It isn't `Codable`, has no collection view and hides from `print`, `dump` and debuggers; whoever needs
/// the bytes asks for them within a scope.
///
/// `@unchecked Sendable`: the compiler can't see that the buffer behind the pointer is written only during
/// initialisation and freed only by `deinit`, when no other reference is left.
@safe
public final class SecretBytes: @unchecked Sendable {
  private let storage: UnsafeMutableRawBufferPointer

  /// Creates a secret of a known length in place, so that its bytes never exist anywhere else.
  /// - Parameters:
  ///   - count: the length in bytes, 0 or more.
  ///   - initializer: writes the bytes; the buffer holds zeros before. If it throws, the buffer is wiped and its error
  ///     passed on.
  public init<Failure: Error>(
    count: Int, initializingWith initializer: (UnsafeMutableRawBufferPointer) throws(Failure) -> Void
  ) throws(Failure) {
    unsafe storage = SecretMemory.allocate(byteCount: count)
    unsafe storage.wipe()
    unsafe try initializer(storage)
  }

  deinit {
    unsafe SecretMemory.deallocate(storage)
  }

  /// The length in bytes.
  public var count: Int { unsafe storage.count }

  /// Whether it has no bytes.
  public var isEmpty: Bool { count == 0 }

  /// Lends the bytes to `body`, which must not let them or the pointer escape; its error is passed on.
  public func withUnsafeBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    // The optimiser may end an object's life after its last use, which would wipe the bytes under the caller's eyes.
    defer { withExtendedLifetime(self) {} }
    return unsafe try body(UnsafeRawBufferPointer(storage))
  }
}

extension SecretBytes {
  /// Copies bytes into a secret; wiping the original is up to the caller.
  @inlinable
  public convenience init(copying bytes: some Collection<UInt8>) {
    unsafe self.init(count: bytes.count) { buffer in
      unsafe withContiguousBytes(of: bytes) { unsafe buffer.copyMemory(from: $0) }
    }
  }

  /// A new random secret.
  /// - Parameters:
  ///   - count: the length in bytes, 0 or more.
  ///   - source: where its bytes come from.
  public static func random(count: Int, from source: RandomSource = .system) -> SecretBytes {
    unsafe SecretBytes(count: count) { unsafe source.fill($0) }
  }
}

extension SecretBytes: Equatable {
  /// Compares in a time that depends on the lengths alone.
  public static func == (left: SecretBytes, right: SecretBytes) -> Bool {
    unsafe left.withUnsafeBytes { left in
      unsafe right.withUnsafeBytes { right in unsafe constantTimeEquals(left, right) }
    }
  }
}

extension SecretBytes: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// Always the same text.
  public var description: String { "SecretBytes(redacted)" }

  /// Always the same text.
  public var debugDescription: String { description }

  /// A mirror without children, so that `dump` shows nothing.
  public var customMirror: Mirror { Mirror(self, children: []) }
}
