import Foundation
import Postgres
import Repository
import Testing

@Suite(.enabled(if: TestDatabase.isAvailable), .timeLimit(.minutes(1)))
struct AuthenticatorStoreTests {
  static let now = MigratedDatabase.now
  static let secret = [UInt8](repeating: 1, count: 69)
  static let other = [UInt8](repeating: 2, count: 69)

  @Test func `a secret counts once it is confirmed, and replaces the former only then`() async throws {
    try await MigratedDatabase.with { database in
      let user = try await database.makeUser(of: try await database.makeTenant())
      let users = database.users
      func confirm(_ secret: [UInt8]) async throws -> Bool {
        try await users.confirm(secret, step: 10, of: user, actorID: "ada", at: Self.now)
      }
      #expect(try await !confirm(Self.secret))
      try await users.setPending(Self.secret, of: user)
      #expect(try await !users.accept(10, under: Self.secret, of: user))
      #expect(try await users.user(user.email)?.hasAuthenticator == false)
      #expect(try await !confirm(Self.other))
      #expect(try await confirm(Self.secret))
      #expect(try await !confirm(Self.secret))
      #expect(try await users.user(user.email)?.hasAuthenticator == true)

      try await users.setPending(Self.other, of: user)
      let person = try #require(try await users.authenticatedUser(user.id, of: user.tenantID))
      #expect(person.secret == Self.secret)
      #expect(person.pendingSecret == Self.other)
      #expect(try await confirm(Self.other))
      #expect(try await !users.accept(11, under: Self.secret, of: user))
      #expect(try await users.accept(11, under: Self.other, of: user))
      try await users.removeAuthenticator(of: user, actorID: "operator", at: Self.now)
      #expect(try await !users.accept(12, under: Self.other, of: user))
      let actions = try await database.audit.rows(of: user.tenantID, offset: 0, limit: 10).rows.map(\.entry.action)
      #expect(actions == ["user.totp.remove", "user.totp.confirm", "user.totp.confirm", "user.create"])
    }
  }

  @Test func `a code is used once, whoever else has it, and takes those before it along`() async throws {
    try await MigratedDatabase.with { database in
      let user = try await database.makeUser(of: try await database.makeTenant())
      let users = database.users
      try await users.setPending(Self.secret, of: user)
      #expect(try await users.confirm(Self.secret, step: 10, of: user, actorID: "ada", at: Self.now))
      #expect(try await !users.accept(10, under: Self.secret, of: user), "confirming used it")
      let accepted = try await withThrowingTaskGroup { group in
        for _ in 0..<8 { group.addTask { try await users.accept(12, under: Self.secret, of: user) } }
        return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
      }
      #expect(accepted == 1)
      #expect(try await !users.accept(11, under: Self.secret, of: user))
      #expect(try await users.accept(13, under: Self.secret, of: user))
    }
  }

  @Test func `nobody of another tenant, and nobody disabled, has an authenticator`() async throws {
    try await MigratedDatabase.with { database in
      let user = try await database.makeUser(of: try await database.makeTenant())
      try await database.users.setPending(Self.secret, of: user)
      #expect(
        try await database.users.authenticatedUser(user.id, of: try await database.makeTenant())?.user == nil)
      try await database.users.setDisabled(true, user, actorID: "operator", at: Self.now)
      #expect(try await database.users.authenticatedUser(user.id, of: user.tenantID)?.user == nil)
      #expect(try await !database.users.confirm(Self.secret, step: 1, of: user, actorID: "ada", at: Self.now))
    }
  }
}
