internal import CLibcrypto

/// HMAC with SHA-256 (RFC 2104): keyed once, then used for many messages, or at once by its static functions.
///
/// Not `Sendable`: it owns a libcrypto context, which one isolation domain at a time may use.
@safe
public final class HMACSHA256 {
  /// The length of an authentication code, in bytes.
  public static let byteCount = 32

  private let context = unsafe Libcrypto.demand(EVP_MAC_CTX_new(Libcrypto.hmac))

  /// Creates an authenticator for a key of any length.
  public init(key: SecretBytes) {
    unsafe key.withUnsafeBytes { unsafe setKey($0) }
  }

  /// Creates an authenticator for a key of any length; wiping the original is up to the caller.
  public init(key: some Collection<UInt8>) {
    unsafe withContiguousBytes(of: key) { unsafe setKey($0) }
  }

  private func setKey(_ key: UnsafeRawBufferPointer) {
    unsafe Libcrypto.demand(CLibcrypto_init_hmac_sha256(context, key.octets, key.count))
  }

  deinit {
    // It also wipes the key.
    unsafe EVP_MAC_CTX_free(context)
  }

  /// The code of one message, 32 bytes.
  @inlinable
  public func authenticationCode(for message: some Collection<UInt8>) -> [UInt8] {
    unsafe [UInt8](unsafeUninitializedCapacity: Self.byteCount) { buffer, initialized in
      unsafe withContiguousBytes(of: message) { unsafe authenticate($0, into: UnsafeMutableRawBufferPointer(buffer)) }
      initialized = Self.byteCount
    }
  }

  /// As ``authenticationCode(for:)``, without an allocation.
  /// - Parameters:
  ///   - message: the bytes to authenticate.
  ///   - code: the buffer to write to; it traps if this holds fewer than 32 bytes.
  public func authenticate(_ message: UnsafeRawBufferPointer, into code: UnsafeMutableRawBufferPointer) {
    precondition(code.count >= Self.byteCount, "an HMAC-SHA-256 has 32 bytes")
    unsafe Libcrypto.demand(EVP_MAC_update(context, message.octets, message.count))
    unsafe Libcrypto.demand(EVP_MAC_final(context, code.octets, nil, code.count))
    unsafe Libcrypto.demand(EVP_MAC_init(context, nil, 0, nil))
  }

  /// The code of one message as a secret of 32 bytes, for protocols that use it as their next key.
  @inlinable
  public func deriveKey(for message: some Collection<UInt8>) -> SecretBytes {
    unsafe SecretBytes(count: Self.byteCount) { key in
      unsafe withContiguousBytes(of: message) { unsafe authenticate($0, into: key) }
    }
  }

  /// Whether `code` is the message's, compared in constant time; a code of another length isn't.
  @inlinable
  public func isValid(_ code: some Collection<UInt8>, for message: some Collection<UInt8>) -> Bool {
    constantTimeEquals(code, authenticationCode(for: message))
  }
}

extension HMACSHA256 {
  /// The code of one message under a key used once, 32 bytes.
  @inlinable
  public static func authenticationCode(for message: some Collection<UInt8>, key: SecretBytes) -> [UInt8] {
    HMACSHA256(key: key).authenticationCode(for: message)
  }

  /// The code of one message under a key used once, 32 bytes; wiping the key is up to the caller.
  @inlinable
  public static func authenticationCode(
    for message: some Collection<UInt8>, key: some Collection<UInt8>
  ) -> [UInt8] {
    HMACSHA256(key: key).authenticationCode(for: message)
  }

  /// Whether `code` is the message's under `key`, compared in constant time.
  @inlinable
  public static func isValid(
    _ code: some Collection<UInt8>, for message: some Collection<UInt8>, key: SecretBytes
  ) -> Bool {
    HMACSHA256(key: key).isValid(code, for: message)
  }

  /// Whether `code` is the message's under `key`, compared in constant time.
  @inlinable
  public static func isValid(
    _ code: some Collection<UInt8>, for message: some Collection<UInt8>, key: some Collection<UInt8>
  ) -> Bool {
    HMACSHA256(key: key).isValid(code, for: message)
  }
}
