/// Why a message is not a command to obey. Such a message goes to the dead-letter queue, never back to its own.
public struct CommandError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What is wrong.
  public enum Code: String, Sendable {
    /// The signature is absent or not one of ours: whoever published it doesn't hold the command key.
    case notAuthentic = "not authentic"
    /// Authentic, but longer than ``CommandAuthenticator/maximumBodyLength``.
    case tooLong = "too long"
    /// Authentic, but of a type or schema that this version doesn't know.
    case unknown = "of an unknown type or schema"
    /// Authentic, but its members don't fit: a defect of ours.
    case malformed = "malformed"
  }

  /// What is wrong.
  public let code: Code

  /// Names a fault.
  public init(code: Code) { self.code = code }

  /// One sentence for the log; never the body.
  public var description: String { "the command is \(code.rawValue)" }
}
