import Foundation
import Postgres
import Repository
import Testing

@Suite(.enabled(if: TestDatabase.isAvailable), .timeLimit(.minutes(1)))
struct AttemptStoreTests {
  static let now = MigratedDatabase.now

  @Test func `there are so many attempts at once, and then one after each interval`() async throws {
    try await MigratedDatabase.with { database in
      let subject = AttemptSubject.account(try .sample("ada@example.com"))
      for _ in 0..<5 { try await database.attempts.charge(subject, at: Self.now) }
      for (seconds, wait) in [(0, 180), (0, 180), (100, 80), (179.5, 1)] {
        await #expect(throws: AttemptsExhausted.self) {
          do { try await database.attempts.charge(subject, at: Self.now + seconds) } catch let error
            as AttemptsExhausted
          {
            #expect(error.retryAfter == wait)
            throw error
          }
        }
      }
      try await database.attempts.charge(subject, at: Self.now + 180)
      await #expect(throws: AttemptsExhausted.self) { try await database.attempts.charge(subject, at: Self.now + 181) }
      for _ in 0..<5 { try await database.attempts.charge(subject, at: Self.now + 1080) }
    }
  }

  @Test func `however many come at once, no more get through, and nobody else pays`() async throws {
    try await MigratedDatabase.with { database in
      let subject = AttemptSubject.address("192.0.2.1")
      let charged = await withTaskGroup { group in
        for _ in 0..<80 {
          group.addTask { (try? await database.attempts.charge(subject, at: Self.now)) != nil }
        }
        return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
      }
      #expect(charged == subject.capacity)
      try await database.attempts.charge(.address("192.0.2.2"), at: Self.now)
      try await database.attempts.charge(.account(try .sample("192.0.2.1@a")), at: Self.now)
    }
  }

  @Test func `a right attempt is given back`() async throws {
    try await MigratedDatabase.with { database in
      let subject = AttemptSubject.authenticator(UUID())
      for _ in 0..<20 {
        try await database.attempts.charge(subject, at: Self.now)
        try await database.attempts.refund(subject)
      }
      for _ in 0..<5 { try await database.attempts.charge(subject, at: Self.now) }
      await #expect(throws: AttemptsExhausted.self) { try await database.attempts.charge(subject, at: Self.now) }
      try await database.attempts.forget(subject)
      try await database.attempts.charge(subject, at: Self.now)
    }
  }

  @Test func `nothing is kept of whom it concerned, and not for longer than it counts`() async throws {
    try await MigratedDatabase.with { database in
      for index in 0..<20 {
        try await database.attempts.charge(.account(try .sample("typed-\(index)@form")), at: Self.now)
      }
      #expect(try await !database.fingerprint().contains("typed"))
      for _ in 0..<2 { try await database.attempts.charge(.address("192.0.2.1"), at: Self.now + 1000) }
      #expect(try await database.count("SELECT count(*) FROM attempt_budgets") == 1)
      let columns = try await database.pool.execute(
        "SELECT column_name::text FROM information_schema.columns WHERE table_name = 'attempt_budgets' ORDER BY 1")
      #expect(try columns.map { try $0[0, as: String.self] } == ["spent_until", "subject"])
    }
  }
}
