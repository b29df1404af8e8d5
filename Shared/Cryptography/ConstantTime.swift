internal import CLibcrypto

/// Whether two byte strings are equal, in a time that depends on their lengths alone (`CRYPTO_memcmp`).
///
/// Use it wherever one side is a secret, a tag or a digest of one. Lengths are not secret: unequal lengths answer
/// `false` at once.
@inlinable
public func constantTimeEquals(_ left: some Collection<UInt8>, _ right: some Collection<UInt8>) -> Bool {
  unsafe withContiguousBytes(of: left) { left in
    unsafe withContiguousBytes(of: right) { right in
      unsafe constantTimeEquals(left, right)
    }
  }
}

@usableFromInline
func constantTimeEquals(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
  guard left.count == right.count else { return false }
  guard let leftBytes = left.baseAddress, let rightBytes = right.baseAddress else { return true }
  return unsafe CRYPTO_memcmp(leftBytes, rightBytes, left.count) == 0
}
