/// A person with what they prove their presence by: a password, and one-time codes if they have an authenticator.
public struct AuthenticatedUser: Sendable {
  /// Who.
  public let user: User
  /// The hash of their password.
  public let password: PasswordHash
  /// The secret of their authenticator, wrapped; nil while they have none.
  public let secret: [UInt8]?
  /// One that no code has confirmed yet, wrapped.
  public let pendingSecret: [UInt8]?
}
