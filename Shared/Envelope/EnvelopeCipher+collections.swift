public import Cryptography

extension EnvelopeCipher {
  /// Seals a plaintext; wiping the original is up to the caller.
  /// - Parameters:
  ///   - plaintext: 32 bytes if this kind holds keys, else up to 2 MiB.
  ///   - address: where the value belongs.
  /// - Throws: `invalidPlaintext`.
  @inlinable
  public func seal(
    _ plaintext: some Collection<UInt8>, at address: ValueAddress
  ) throws(EnvelopeError) -> [UInt8] {
    guard EnvelopeFormat.admits(plaintext.count, in: kind) else { throw .invalidPlaintext }
    var envelope = [UInt8](repeating: 0, count: EnvelopeFormat.byteCount(ofPlaintext: plaintext.count))
    try withContiguousBytes(of: plaintext) { plaintext throws(EnvelopeError) in
      try envelope.withUnsafeMutableBufferPointer { envelope throws(EnvelopeError) in
        try seal(plaintext, at: address, into: UnsafeMutableRawBufferPointer(envelope))
      }
    }
    return envelope
  }

  /// Seals a secret.
  /// - Parameters:
  ///   - plaintext: 32 bytes if this kind holds keys, else up to 2 MiB.
  ///   - address: where the value belongs.
  /// - Throws: `invalidPlaintext`.
  @inlinable
  public func seal(_ plaintext: SecretBytes, at address: ValueAddress) throws(EnvelopeError) -> [UInt8] {
    try plaintext.withUnsafeBytes { plaintext throws(EnvelopeError) in try seal(plaintext, at: address) }
  }

  /// Opens an envelope.
  /// - Parameters:
  ///   - envelope: of any length: whatever isn't an envelope is refused.
  ///   - address: where the value was found.
  /// - Throws: `cannotOpen`.
  @inlinable
  public func open(
    _ envelope: some Collection<UInt8>, at address: ValueAddress
  ) throws(EnvelopeError) -> SecretBytes {
    let plaintextByteCount = envelope.count - EnvelopeFormat.overheadByteCount
    guard EnvelopeFormat.admits(plaintextByteCount, in: kind) else { throw .cannotOpen }
    return try withContiguousBytes(of: envelope) { envelope throws(EnvelopeError) in
      try SecretBytes(count: plaintextByteCount) { plaintext throws(EnvelopeError) in
        try open(envelope, at: address, into: plaintext)
      }
    }
  }
}
