import Cryptography

/// SHA-256 of an API key's text: what a verified key is remembered by, so that the key itself is not kept.
struct APIKeyDigest: Hashable, Sendable {
  private let words: (UInt64, UInt64, UInt64, UInt64)

  init(of text: String) {
    var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
    var text = text
    text.withUTF8 { bytes in
      withUnsafeMutableBytes(of: &words) { SHA256.hash(UnsafeRawBufferPointer(bytes), into: $0) }
    }
    self.words = words
  }

  /// In a time that doesn't depend on where they differ.
  static func == (left: APIKeyDigest, right: APIKeyDigest) -> Bool {
    (left.words.0 ^ right.words.0) | (left.words.1 ^ right.words.1) | (left.words.2 ^ right.words.2)
      | (left.words.3 ^ right.words.3) == 0
  }

  func hash(into hasher: inout Hasher) { hasher.combine(words.0) }
}
