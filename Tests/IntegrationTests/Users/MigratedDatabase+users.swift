import Cryptography
import Foundation
import Repository

extension MigratedDatabase {
  var users: UserStore { UserStore(pool: services) }
  var attempts: AttemptStore { AttemptStore(pool: services) }

  /// Makes a person whose password nobody knows.
  func makeUser(
    of tenantID: UUID, _ email: String = "\(UUID().uuidString)@example.com", role: UserRole = .owner,
    password: PasswordHash = .decoy()
  ) async throws -> User {
    let user = User(
      id: .v7(at: Self.now), tenantID: tenantID, email: try .sample(email), role: role, createdAt: Self.now)
    try await users.create(user, password: password, actorID: "operator")
    return user
  }
}

extension EmailAddress {
  /// An address that the test knows to be one.
  static func sample(_ text: String) throws -> EmailAddress {
    guard let address = EmailAddress(text) else { throw UserError.noSuchUser }
    return address
  }
}

extension UserSession {
  static func sample(at time: Date = MigratedDatabase.now) -> UserSession {
    UserSession(id: .v7(at: time), issuedAt: time, expiresAt: time.addingTimeInterval(3600))
  }
}
