/// The one error of this module: an input that can't be signed. It never holds the input.
public struct SigV4Error: Error, Hashable, Sendable {
  /// What can't be signed: an open set, compared by value.
  public struct Code: Hashable, Sendable, CustomStringConvertible {
    /// The code's name, as `SigV4Error.description` prints it.
    public let description: String

    /// The access key id, the secret or the session token has a form that AWS doesn't issue.
    public static let invalidCredentials = Code(description: "invalidCredentials")
    /// The date lies outside of the years 1970 to 9999.
    public static let invalidDate = Code(description: "invalidDate")
    /// A presigned request may live 1 second to 7 days.
    public static let invalidExpiry = Code(description: "invalidExpiry")
    /// A header's name isn't a token, its value has control characters or isn't ASCII, or it is the signer's to set.
    public static let invalidHeader = Code(description: "invalidHeader")
    /// The method isn't 1 to 16 upper-case letters.
    public static let invalidMethod = Code(description: "invalidMethod")
    /// The path doesn't begin with a slash or has control characters, `?` or `#`.
    public static let invalidPath = Code(description: "invalidPath")
    /// The query has control characters, `#`, a broken percent escape or a parameter that is the signer's to set.
    public static let invalidQuery = Code(description: "invalidQuery")
    /// The region or the service isn't 1 to 64 lower-case letters, digits and hyphens.
    public static let invalidScope = Code(description: "invalidScope")
    /// There is no `Host` header, or more than one.
    public static let missingHost = Code(description: "missingHost")
    /// A part of the request is longer than the limits of ``SigningRequest``.
    public static let tooLarge = Code(description: "tooLarge")
  }

  /// What can't be signed.
  public let code: Code
  /// The same for people, a fixed text.
  public let reason: String

  init(_ code: Code, _ reason: StaticString) {
    self.code = code
    self.reason = reason.description
  }
}

extension SigV4Error: CustomStringConvertible {
  /// The code and the reason; safe to log.
  public var description: String { "\(code): \(reason)" }
}
