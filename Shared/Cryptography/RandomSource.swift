internal import CLibcrypto

/// Where random bytes come from: the operating system by way of libcrypto, or a test's own sequence.
@safe
public struct RandomSource: Sendable {
  private let fillBuffer: @Sendable (UnsafeMutableRawBufferPointer) -> Void

  /// Creates a source; for tests, since keys and nonces need ``system``.
  /// - Parameter fill: overwrites the whole buffer it gets; called from any thread.
  public init(fill: @escaping @Sendable (UnsafeMutableRawBufferPointer) -> Void) {
    unsafe fillBuffer = fill
  }

  /// libcrypto's generator (`RAND_bytes`), seeded by the operating system and safe across `fork`.
  ///
  /// It traps if the generator fails: there is no safe way to go on without it, and no caller could do better.
  public static let system = unsafe RandomSource { buffer in
    var rest = unsafe buffer
    while unsafe !rest.isEmpty {
      let count = min(rest.count, Int(CInt.max))
      guard unsafe RAND_bytes(rest.octets, CInt(count)) == 1 else {
        fatalError("libcrypto's random generator failed: the operating system gave it no entropy")
      }
      unsafe rest = UnsafeMutableRawBufferPointer(rebasing: rest[count...])
    }
  }

  /// Overwrites the whole buffer with random bytes; doesn't block once the system has booted.
  public func fill(_ buffer: UnsafeMutableRawBufferPointer) {
    unsafe fillBuffer(buffer)
  }

  /// Random bytes for identifiers, nonces and salts; for keys see ``SecretBytes/random(count:from:)``.
  /// - Parameter count: how many, 0 or more.
  public func bytes(_ count: Int) -> [UInt8] {
    unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      unsafe fill(UnsafeMutableRawBufferPointer(buffer))
      initialized = count
    }
  }
}
