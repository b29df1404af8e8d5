/// Why a text is not JSON within the bounds asked for. Says where, never what stood there.
public struct JSONError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What is wrong.
  public enum Code: String, Sendable {
    case unexpectedEnd = "the text ends too early"
    case unexpectedByte = "unexpected character"
    case trailingBytes = "text after the end of the value"
    case invalidNumber = "not a number that JSON allows, or beyond 2^53"
    case invalidString = "not a string that JSON allows"
    case duplicateName = "a member's name comes twice in one object"
    case tooDeep = "nested too deeply"
    case tooLong = "too long"
  }

  /// What is wrong.
  public let code: Code
  /// Where, in bytes from the start of the text.
  public let offset: Int

  /// One sentence for the sender of the text.
  public var description: String { "invalid JSON at byte \(offset): \(code.rawValue)" }
}
