import Foundation
import Postgres
import Repository
import Testing

@Suite(.enabled(if: TestDatabase.isAvailable), .timeLimit(.minutes(1)))
struct UserStoreTests {
  static let now = MigratedDatabase.now

  @Test func `people are listed to their own tenant, oldest first`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      let other = try await database.makeTenant()
      let made = [
        try await database.makeUser(of: tenantID), try await database.makeUser(of: tenantID, role: .viewer),
      ]
      #expect(try await database.users.users(of: tenantID) == made.sorted { $0.id.uuidString < $1.id.uuidString })
      #expect(try await database.users.users(of: other).isEmpty)
    }
  }

  @Test func `an address belongs to one person, in whatever case and tenant`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      let user = try await database.makeUser(of: tenantID, "ada@example.com")
      for tenant in [tenantID, try await database.makeTenant()] {
        await #expect(throws: UserError.emailTaken) { try await database.makeUser(of: tenant, "ADA@example.com") }
      }
      #expect(try await database.users.user(.sample("Ada@Example.com")) == user)
      #expect(try await database.users.user(.sample("eve@example.com")) == nil)
      await #expect(throws: RepositoryError.self) { try await database.makeUser(of: UUID()) }
      #expect(try await database.count("SELECT count(*) FROM users") == 1)
    }
  }

  @Test func `every change of who may sign in stands in the audit chain`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      let user = try await database.makeUser(of: tenantID)
      try await database.users.setDisabled(true, user, actorID: "operator", at: Self.now)
      try await database.users.setDisabled(false, user, actorID: "operator", at: Self.now)
      try await database.users.setPassword(.decoy(), of: user, actorID: "operator", at: Self.now)
      try await database.users.unlock(user, actorID: "operator", at: Self.now)
      let rows = try await database.audit.rows(of: tenantID, offset: 0, limit: 10).rows
      let actions = rows.map(\.entry.action)
      #expect(actions == ["user.unlock", "user.set_password", "user.enable", "user.disable", "user.create"])
      #expect(rows.allSatisfy { $0.entry.resourceID == user.id.uuidString.lowercased() })
      #expect(try await database.audit.verify().isIntact)
    }
  }

  @Test func `a newer hash replaces the one that it was made of, and ends no sign-in`() async throws {
    try await MigratedDatabase.with { database in
      let former = PasswordHash.decoy()
      let user = try await database.makeUser(of: try await database.makeTenant(), password: former)
      let session = UserSession.sample()
      try await database.users.open(session, of: user, password: former)
      let newer = PasswordHash.decoy()
      #expect(try await database.users.rehash(former, as: newer, of: user))
      #expect(try await !database.users.rehash(former, as: .decoy(), of: user), "it isn't the former any more")
      #expect(try await database.users.credential(of: user.email)?.password == newer)
      #expect(try await database.users.isOpen(session.id, of: user.tenantID, at: session.issuedAt))
    }
  }

  @Test func `unlocking gives one person all attempts back, and nobody else`() async throws {
    try await MigratedDatabase.with { database in
      let user = try await database.makeUser(of: try await database.makeTenant())
      let others: [AttemptSubject] = [
        .account(try .sample("eve@example.com")), .authenticator(UUID()), .address("::1"),
      ]
      let own: [AttemptSubject] = [.account(user.email), .authenticator(user.id)]
      for subject in own + others {
        for _ in 0..<subject.capacity { try await database.attempts.charge(subject, at: Self.now) }
      }
      try await database.users.unlock(user, actorID: "operator", at: Self.now)
      for subject in own { try await database.attempts.charge(subject, at: Self.now) }
      for subject in others {
        await #expect(throws: AttemptsExhausted.self) { try await database.attempts.charge(subject, at: Self.now) }
      }
      let nobody = User(
        id: UUID(), tenantID: user.tenantID, email: user.email, role: .owner, createdAt: Self.now)
      await #expect(throws: UserError.noSuchUser) {
        try await database.users.unlock(nobody, actorID: "operator", at: Self.now)
      }
    }
  }

  @Test func `a sign-in lasts until its end, and ends with a new password or with the person's right to sign in`()
    async throws
  {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      let password = PasswordHash.decoy()
      let user = try await database.makeUser(of: tenantID, password: password)
      let users = database.users
      func open() async throws -> UserSession {
        let session = UserSession.sample()
        let current = try #require(try await users.credential(of: user.email)).password
        try await users.open(session, of: user, password: current)
        #expect(try await users.isOpen(session.id, of: tenantID, at: Self.now))
        return session
      }
      let first = try await open()
      #expect(try await !users.isOpen(first.id, of: tenantID, at: first.expiresAt))
      #expect(try await !users.isOpen(first.id, of: try await database.makeTenant(), at: Self.now))
      let second = try await open()
      try await users.end(first.id, of: tenantID)
      #expect(try await !users.isOpen(first.id, of: tenantID, at: Self.now))
      #expect(try await users.isOpen(second.id, of: tenantID, at: Self.now))

      try await users.setPassword(.decoy(), of: user, actorID: "operator", at: Self.now)
      #expect(try await !users.isOpen(second.id, of: tenantID, at: Self.now))
      await #expect(throws: UserError.notAuthenticated) {
        try await users.open(.sample(), of: user, password: password)
      }
      let third = try await open()
      try await users.setDisabled(true, user, actorID: "operator", at: Self.now)
      #expect(try await !users.isOpen(third.id, of: tenantID, at: Self.now))
      let current = try #require(try await users.credential(of: user.email))
      #expect(current.user.disabledAt == Self.now)
      await #expect(throws: UserError.notAuthenticated) {
        try await users.open(.sample(), of: user, password: current.password)
      }
      try await users.setDisabled(false, user, actorID: "operator", at: Self.now)
      _ = try await open()
    }
  }

  @Test func `sign-ins that are over are forgotten`() async throws {
    try await MigratedDatabase.with { database in
      let password = PasswordHash.decoy()
      let user = try await database.makeUser(of: try await database.makeTenant(), password: password)
      for hours in 0..<5 {
        let time = Self.now.addingTimeInterval(Double(hours) * 7200)
        try await database.users.open(.sample(at: time), of: user, password: password)
      }
      #expect(try await database.count("SELECT count(*) FROM user_sessions") == 1)
    }
  }
}
