extension SecretBytes {
  /// The longest base64 text that is decoded, in characters: 1.5 MiB of bytes.
  public static let maximumBase64Count = 2 << 20

  private struct NotBase64: Error {}

  /// Decodes base64 straight into a secret, without a copy elsewhere.
  ///
  /// Strict: a secret has exactly one text in each alphabet. White space, padding that is missing or too much, bits behind
  /// the last byte that are not zero, and a text over ``maximumBase64Count`` are nil.
  public convenience init?(base64 text: String, in alphabet: Base64Alphabet = .standard) {
    // A copy, so that its bytes lie in one piece; that of a native string is itself.
    var text = text
    guard text.utf8.count <= Self.maximumBase64Count,
      let count = text.withUTF8({ unsafe alphabet.byteCount(of: $0) })
    else { return nil }
    do throws(NotBase64) {
      try unsafe self.init(count: count) { buffer throws(NotBase64) in
        guard text.withUTF8({ unsafe alphabet.decode($0, into: buffer) }) else { throw NotBase64() }
      }
    } catch { return nil }
  }

  /// Likewise decodes a text that its owner wipes.
  public convenience init?(base64 text: ArraySlice<UInt8>, in alphabet: Base64Alphabet = .standard) {
    guard text.count <= Self.maximumBase64Count,
      let count = unsafe text.withUnsafeBufferPointer({ unsafe alphabet.byteCount(of: $0) })
    else { return nil }
    do throws(NotBase64) {
      try unsafe self.init(count: count) { buffer throws(NotBase64) in
        guard unsafe text.withUnsafeBufferPointer({ unsafe alphabet.decode($0, into: buffer) }) else {
          throw NotBase64()
        }
      }
    } catch { return nil }
  }

  /// The secret as unpadded base64url, for whoever it is shown to once; nothing wipes the text.
  public func exposedBase64URL() -> String {
    String(decoding: [UInt8]("", base64: self, in: .urls, followedBy: "".utf8), as: UTF8.self)
  }
}

extension [UInt8] {
  /// A text with a secret's base64 in its midst, for its owner to wipe. It is written into one allocation: where an array
  /// grows, the storage it leaves isn't wiped.
  public init(
    _ start: String, base64 secret: SecretBytes, in alphabet: Base64Alphabet = .standard,
    followedBy end: some Collection<UInt8>
  ) {
    self = []
    reserveCapacity(start.utf8.count + (secret.count + 2) / 3 * 4 + end.count)
    append(contentsOf: start.utf8)
    append(base64: secret, in: alphabet)
    append(contentsOf: end)
  }

  private mutating func append(base64 secret: SecretBytes, in alphabet: Base64Alphabet) {
    unsafe secret.withUnsafeBytes { bytes in
      for start in stride(from: 0, to: bytes.count, by: 3) {
        let present = Swift.min(bytes.count - start, 3)
        let bits = (0..<3).reduce(UInt32(0)) { unsafe $0 << 8 | ($1 < present ? UInt32(bytes[start + $1]) : 0) }
        for index in 0...present { append(alphabet.character(of: Int16(bits >> UInt32(18 - 6 * index) & 63))) }
        if alphabet == .standard { append(contentsOf: repeatElement(UInt8(ascii: "="), count: 3 - present)) }
      }
    }
  }
}
