internal import CLibcrypto

/// SHA-256 (FIPS 180-4), of one message at once or of a stream piece by piece.
///
/// Not `Sendable`: it owns a libcrypto context, which one isolation domain at a time may use.
@safe
public final class SHA256 {
  /// The length of a digest, in bytes.
  public static let byteCount = 32

  private let context: OpaquePointer

  /// Creates a hash of the empty message so far.
  public init() {
    unsafe context = Libcrypto.demand(EVP_MD_CTX_new())
    unsafe Libcrypto.demand(EVP_DigestInit_ex2(context, Libcrypto.sha256, nil))
  }

  deinit {
    // It also wipes what the context holds of the message.
    unsafe EVP_MD_CTX_free(context)
  }

  /// Appends bytes to the message.
  @inlinable
  public func update(_ bytes: some Collection<UInt8>) {
    unsafe withContiguousBytes(of: bytes) { unsafe update(with: $0) }
  }

  @usableFromInline
  func update(with bytes: UnsafeRawBufferPointer) {
    unsafe Libcrypto.demand(EVP_DigestUpdate(context, bytes.baseAddress, bytes.count))
  }

  /// The digest of the message, 32 bytes; afterwards the hash is that of the empty message again.
  public func finalize() -> [UInt8] {
    unsafe [UInt8](unsafeUninitializedCapacity: Self.byteCount) { buffer, initialized in
      unsafe finalize(into: UnsafeMutableRawBufferPointer(buffer))
      initialized = Self.byteCount
    }
  }

  /// As ``finalize()``, without an allocation.
  /// - Parameter digest: the buffer to write to; it traps if this holds fewer than 32 bytes.
  public func finalize(into digest: UnsafeMutableRawBufferPointer) {
    precondition(digest.count >= Self.byteCount, "a SHA-256 digest has 32 bytes")
    unsafe Libcrypto.demand(EVP_DigestFinal_ex(context, digest.octets, nil))
    unsafe Libcrypto.demand(EVP_DigestInit_ex2(context, nil, nil))
  }

  /// The digest of one message, 32 bytes.
  @inlinable
  public static func hash(_ message: some Collection<UInt8>) -> [UInt8] {
    unsafe [UInt8](unsafeUninitializedCapacity: byteCount) { digest, initialized in
      unsafe withContiguousBytes(of: message) { unsafe hash($0, into: UnsafeMutableRawBufferPointer(digest)) }
      initialized = byteCount
    }
  }

  /// As ``hash(_:)``, without an array.
  /// - Parameters:
  ///   - message: the bytes to hash.
  ///   - digest: the buffer to write to; it traps if this holds fewer than 32 bytes.
  public static func hash(_ message: UnsafeRawBufferPointer, into digest: UnsafeMutableRawBufferPointer) {
    precondition(digest.count >= byteCount, "a SHA-256 digest has 32 bytes")
    unsafe Libcrypto.demand(
      EVP_Digest(message.baseAddress, message.count, digest.octets, nil, Libcrypto.sha256, nil))
  }
}
