/// The one error of this module; it never holds key material or input.
public struct CryptographyError: Error, Hashable, Sendable {
  /// What went wrong: an open set, compared by value.
  public struct Code: Hashable, Sendable, CustomStringConvertible {
    /// The code's name, as `description` prints it.
    public let description: String

    /// A ciphertext, tag, nonce, additional data or key isn't the one it was sealed with. Which of them is never told.
    public static let authenticationFailed = Code(description: "authenticationFailed")
    /// A key is empty or hasn't the length its algorithm demands.
    public static let invalidKeyLength = Code(description: "invalidKeyLength")
    /// A key isn't one of its algorithm, or is too weak.
    public static let invalidKey = Code(description: "invalidKey")
    /// A nonce isn't 12 bytes long.
    public static let invalidNonceLength = Code(description: "invalidNonceLength")
    /// A message, an output buffer or a derived key has a length outside of the documented range.
    public static let invalidLength = Code(description: "invalidLength")
    /// The system doesn't give the memory that a deliberately large computation takes; it may later.
    public static let outOfMemory = Code(description: "outOfMemory")
  }

  /// What went wrong.
  public let code: Code
  /// The same for people, a fixed text.
  public let reason: String

  init(_ code: Code, _ reason: StaticString) {
    self.code = code
    self.reason = reason.description
  }
}

extension CryptographyError: CustomStringConvertible {
  /// The code and the reason; safe to log.
  public var description: String { "\(code): \(reason)" }
}

extension CryptographyError {
  @usableFromInline
  static let authenticationFailed = CryptographyError(.authenticationFailed, "the message is not authentic")
}
