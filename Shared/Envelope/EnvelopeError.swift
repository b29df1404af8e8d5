/// The one error of this module; it never holds key material or input.
public struct EnvelopeError: Error, Hashable, Sendable {
  /// What went wrong: an open set, compared by value.
  public struct Code: Hashable, Sendable, CustomStringConvertible {
    /// The code's name, as `EnvelopeError.description` prints it.
    public let description: String

    /// An envelope can't be opened: it is malformed, tampered with, of another kind or key, or another value's. Which of
    /// these is never told, since the difference would help an attacker alone.
    public static let cannotOpen = Code(description: "cannotOpen")
    /// A key hasn't 32 bytes, or a payload's key has a version other than 0.
    public static let invalidKey = Code(description: "invalidKey")
    /// A plaintext is too long, or isn't a key where its kind of envelope holds keys.
    public static let invalidPlaintext = Code(description: "invalidPlaintext")
  }

  /// What went wrong.
  public let code: Code
  /// The same for people, a fixed text.
  public let reason: String

  private init(_ code: Code, _ reason: StaticString) {
    self.code = code
    self.reason = reason.description
  }
}

extension EnvelopeError: CustomStringConvertible {
  /// The code and the reason; safe to log.
  public var description: String { "\(code): \(reason)" }
}

extension EnvelopeError {
  @usableFromInline
  static let cannotOpen = EnvelopeError(.cannotOpen, "the envelope can't be opened")
  static let invalidKey = EnvelopeError(.invalidKey, "a key has 32 bytes, and a payload's key has version 0")
  @usableFromInline
  static let invalidPlaintext = EnvelopeError(
    .invalidPlaintext, "a wrapped key has 32 bytes, and a payload at most 2 MiB")
}
