public import Cryptography

extension EnvelopeCipher {
  /// Moves a wrapped key from this cipher's key to another's, without an allocation: the heart of a rewrap.
  ///
  /// The key is unwrapped into the very bytes where it is then wrapped, so no other copy of it exists at any time.
  /// - Parameters:
  ///   - envelope: 69 bytes under this cipher's key.
  ///   - address: where the value is and stays.
  ///   - target: a cipher of the same kind, under the new key.
  ///   - output: 69 bytes that get the new envelope. They may be those of `envelope` itself, but must not overlap it
  ///     otherwise.
  /// - Throws: `cannotOpen`; then `output` holds nothing of the key. If it is `envelope` itself, that is destroyed: rewrap
  ///   in place only what is also stored elsewhere.
  public func rewrap(
    _ envelope: UnsafeRawBufferPointer, at address: ValueAddress, to target: EnvelopeCipher,
    into output: UnsafeMutableRawBufferPointer
  ) throws(EnvelopeError) {
    guard kind.holdsKey, target.kind == kind, output.count == EnvelopeFormat.wrappedKeyByteCount else {
      throw .cannotOpen
    }
    let offset = EnvelopeParts.ciphertextOffset
    let key = UnsafeMutableRawBufferPointer(rebasing: output[offset..<offset + AES256GCM.keyByteCount])
    try open(envelope, at: address, into: key)
    try target.seal(UnsafeRawBufferPointer(key), at: address, into: output)
  }

  /// As ``rewrap(_:at:to:into:)``, into a new array.
  @inlinable
  public func rewrap(
    _ envelope: some Collection<UInt8>, at address: ValueAddress, to target: EnvelopeCipher
  ) throws(EnvelopeError) -> [UInt8] {
    var output = [UInt8](repeating: 0, count: EnvelopeFormat.wrappedKeyByteCount)
    try withContiguousBytes(of: envelope) { envelope throws(EnvelopeError) in
      try output.withUnsafeMutableBufferPointer { output throws(EnvelopeError) in
        try rewrap(envelope, at: address, to: target, into: UnsafeMutableRawBufferPointer(output))
      }
    }
    return output
  }
}
