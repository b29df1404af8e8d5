internal import CLibcrypto

/// Runs `body` on the bytes of a collection, in place where they are contiguous, else on a copy that is wiped after.
///
/// Inlinable, as are its callers that take collections: a generic call that isn't specialised costs as much as a hash.
@inlinable
package func withContiguousBytes<Result, Failure: Error>(
  of bytes: some Collection<UInt8>, _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
) throws(Failure) -> Result {
  // The closure below can't throw a typed error through `withContiguousStorageIfAvailable`, so it returns one.
  let inPlace = bytes.withContiguousStorageIfAvailable { buffer in
    unsafe outcome(of: UnsafeRawBufferPointer(buffer), body)
  }
  if let inPlace { return try inPlace.get() }
  var copy = ContiguousArray(bytes)
  return try unsafe copy.withUnsafeMutableBytes { buffer in
    defer { unsafe buffer.wipe() }
    return unsafe outcome(of: UnsafeRawBufferPointer(buffer), body)
  }.get()
}

@inlinable
func outcome<Value, Failure: Error>(
  of buffer: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) throws(Failure) -> Value
) -> Result<Value, Failure> {
  do throws(Failure) {
    return .success(unsafe try body(buffer))
  } catch {
    return .failure(error)
  }
}

extension UnsafeRawBufferPointer {
  /// The address for C parameters declared as `const unsigned char *`.
  var octets: UnsafePointer<UInt8>? {
    unsafe baseAddress?.assumingMemoryBound(to: UInt8.self)
  }
}

extension UnsafeMutableRawBufferPointer {
  /// The address for C parameters declared as `unsigned char *`.
  var octets: UnsafeMutablePointer<UInt8>? {
    unsafe baseAddress?.assumingMemoryBound(to: UInt8.self)
  }

  /// Overwrites the buffer with zeros in a way that the compiler can't remove.
  @usableFromInline
  package func wipe() {
    unsafe OPENSSL_cleanse(baseAddress, count)
  }
}
