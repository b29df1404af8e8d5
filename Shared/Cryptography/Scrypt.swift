internal import CLibcrypto

/// scrypt (RFC 7914), the slow and memory-hard hash for passwords, by libcrypto's `EVP_PBE_scrypt(3)`.
public enum Scrypt {
  /// What one hash costs.
  public struct Cost: Sendable, Hashable {
    /// The logarithm to base 2 of N, which time and memory grow with.
    public let logarithm: Int
    /// r: memory is read in blocks of 128 × r bytes.
    public let blockSize: Int
    /// p: how often all of it is done, one after another.
    public let parallelism: Int

    /// Creates a cost.
    /// - Parameters:
    ///   - logarithm: of N, 1 to 20, and less than 16 × r.
    ///   - blockSize: r, 1 to 32.
    ///   - parallelism: p, 1 to 16.
    /// - Returns: nil out of these ranges, and where a hash would take more than 256 MiB.
    public init?(logarithm: Int, blockSize: Int, parallelism: Int) {
      guard (1...20).contains(logarithm), (1...32).contains(blockSize), (1...16).contains(parallelism),
        logarithm < 16 * blockSize, (128 * blockSize) << logarithm <= 256 << 20
      else { return nil }
      self.logarithm = logarithm
      self.blockSize = blockSize
      self.parallelism = parallelism
    }

    /// The most memory that libcrypto takes for one hash, in bytes.
    var byteCount: Int { 128 * blockSize * ((1 << logarithm) + parallelism + 2) }
  }

  /// Derives a key from a password; it takes a good part of a second by design, so call it on a `BlockingQueue`.
  /// - Parameters:
  ///   - password: of any length.
  ///   - salt: not secret; random and stored with the hash.
  ///   - cost: what it costs.
  ///   - count: the length of the key in bytes, 16 to 64.
  /// - Throws: `invalidLength` for a count out of range, `outOfMemory` where the system doesn't give what it takes.
  public static func deriveKey(
    from password: SecretBytes, salt: some Collection<UInt8>, cost: Cost, count: Int
  ) throws(CryptographyError) -> SecretBytes {
    guard (16...64).contains(count) else {
      throw CryptographyError(.invalidLength, "scrypt derives 16 to 64 bytes here")
    }
    return try unsafe SecretBytes(count: count) { key throws(CryptographyError) in
      let status = unsafe password.withUnsafeBytes { password in
        unsafe withContiguousBytes(of: salt) { salt in
          unsafe EVP_PBE_scrypt(
            password.baseAddress?.assumingMemoryBound(to: CChar.self), password.count, salt.octets, salt.count,
            1 << UInt64(cost.logarithm), UInt64(cost.blockSize), UInt64(cost.parallelism), UInt64(cost.byteCount),
            key.octets, key.count)
        }
      }
      guard status == 1 else {
        Libcrypto.drainErrors()
        throw CryptographyError(.outOfMemory, "the system doesn't give the memory that scrypt takes")
      }
    }
  }
}
