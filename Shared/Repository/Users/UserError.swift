/// Why something about a person who signs in can't be.
public enum UserError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The email address belongs to somebody, maybe in another tenant.
  case emailTaken
  /// Nobody has the email address, or the person is in another tenant.
  case noSuchUser
  /// The person was disabled, or their password changed, while they signed in.
  case notAuthenticated

  /// One sentence for the operator.
  public var description: String {
    switch self {
    case .emailTaken: "a user with this email address exists, in this tenant or another"
    case .noSuchUser: "no such user"
    case .notAuthenticated: "the user was disabled, or the password changed, meanwhile"
    }
  }
}
