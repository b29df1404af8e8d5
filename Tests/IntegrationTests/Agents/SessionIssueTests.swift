import Foundation
import Postgres
import Repository
import Testing

@Suite(.enabled(if: TestDatabase.isAvailable), .timeLimit(.minutes(1)))
struct SessionIssueTests {
  static let now = MigratedDatabase.now

  @Test func `a session is kept with the versions it needed`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      let agent = try await database.makeSeenAgent(of: tenantID)
      try await database.agents.issue(.sample(), to: agent)
      try await database.onboard(tenantID)
      let later = Self.now.addingTimeInterval(60)
      try await database.agents.issue(.sample(activeVersion: 1, opened: [0], at: later), to: agent)
      try await database.agents.issue(
        .sample(activeVersion: 1, at: later.addingTimeInterval(1)), to: agent)
      let ends = try await [0, 1, 2].asyncMap { try await database.agents.lastSessionEnd(under: $0, of: tenantID) }
      #expect(ends == [later.addingTimeInterval(300), later.addingTimeInterval(301), nil])
      #expect(try await database.agents.lastSessionEnd(under: 0, of: UUID()) == nil)
      let listed = try await database.agents.agents(of: tenantID)
      #expect(listed.first?.lastSessionIssuedAt == later.addingTimeInterval(1))
    }
  }

  @Test func `of any number of requests with one nonce one gets a session`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      let agent = try await database.makeSeenAgent(of: tenantID)
      let outcomes = await withTaskGroup { group in
        for _ in 0..<8 {
          group.addTask {
            await outcome { try await database.agents.issue(.sample(nonce: "0123456789abcdef"), to: agent) }
          }
        }
        return await group.reduce(into: [Result<Void, any Error>]()) { $0.append($1) }
      }
      let refused = outcomes.compactMap { outcome in
        if case .failure(let error) = outcome { error as? AgentError } else { nil }
      }
      #expect(refused == Array(repeating: .nonceUsed, count: 7))
      #expect(try await database.count("SELECT count(*) FROM agent_sessions") == 1)
    }
  }

  @Test func `a nonce is one agent's, not everybody's`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      for _ in 0..<2 {
        let agent = try await database.makeSeenAgent(of: tenantID)
        try await database.agents.issue(.sample(nonce: "0123456789abcdef"), to: agent)
      }
      #expect(try await database.count("SELECT count(*) FROM agent_sessions") == 2)
    }
  }

  @Test func `nonces and sessions go when their time is over, and not before`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      let agent = try await database.makeSeenAgent(of: tenantID)
      func issue(after seconds: TimeInterval, nonce: String) async throws {
        try await database.agents.issue(.sample(nonce: nonce, at: Self.now.addingTimeInterval(seconds)), to: agent)
      }
      try await issue(after: 0, nonce: "the first nonce that there was")
      try await issue(after: 360, nonce: "the second nonce that there was")
      #expect(try await database.count("SELECT count(*) FROM agent_nonces") == 2)
      try await issue(after: 361, nonce: "the third nonce that there was")
      #expect(try await database.count("SELECT count(*) FROM agent_nonces") == 2)
      #expect(try await database.count("SELECT count(*) FROM agent_sessions") == 3)
      try await issue(after: 300 + 30 * 86_400 + 1, nonce: "the fourth nonce that there was")
      #expect(try await database.count("SELECT count(*) FROM agent_nonces") == 1)
      #expect(try await database.count("SELECT count(*) FROM agent_sessions") == 3)
    }
  }

  @Test func `what happened while the bundle was made prevents the session, and nothing is used up`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      let (made, credential) = try await database.makeAgent(of: tenantID)
      let agent = try await database.agents.authenticate(credential, fingerprint: "machine", at: Self.now)
      let session = NewSession.sample(activeVersion: 0, opened: [0])
      let before = try await database.fingerprint()
      try await database.onboard(tenantID)
      await database.expectUnchanged(by: .keyVersionMoved) { try await database.agents.issue(session, to: agent) }
      #expect(try await database.fingerprint() != before)

      try await database.pool.execute(
        "UPDATE tenant_keys SET status = 'revoked', wrapped_key = NULL WHERE version = 0")
      await database.expectUnchanged(by: .keyVersionMoved) {
        try await database.agents.issue(.sample(activeVersion: 1, opened: [0]), to: agent)
      }

      try await database.setSealed(true, tenantID)
      await #expect(throws: AgentError.tenantSealed(reason: "Enable the key.")) {
        try await database.agents.issue(.sample(activeVersion: 1), to: agent)
      }
      try await database.setSealed(false, tenantID)

      #expect(try await database.agents.revoke(made.id, of: tenantID, at: Self.now))
      await #expect(throws: AgentError.notAuthenticated) {
        try await database.agents.issue(.sample(activeVersion: 1), to: agent)
      }
      #expect(try await database.count("SELECT count(*) FROM agent_nonces") == 0)
      #expect(try await database.count("SELECT count(*) FROM agent_sessions") == 0)
    }
  }

  /// Else a session could commit after the sealing that should have prevented it.
  @Test func `a sealing waits for a session under way`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      try await database.onboard(tenantID)
      let agent = try await database.makeSeenAgent(of: tenantID)
      let rival = try await database.database.connect()
      let watcher = try await database.database.connect()
      // The session waits for whoever holds the agent's row, with the configuration read already.
      try await rival.executeScript("BEGIN; UPDATE agents SET name = name")
      async let issued = outcome { try await database.agents.issue(.sample(activeVersion: 1), to: agent) }
      try await watcher.waitUntil("SELECT count(*) = 1 FROM pg_locks WHERE locktype = 'transactionid' AND NOT granted")
      async let sealed = outcome { try await database.setSealed(true, tenantID) }
      try await watcher.waitUntil("SELECT count(*) = 2 FROM pg_locks WHERE locktype = 'transactionid' AND NOT granted")
      try await rival.executeScript("ROLLBACK")
      try await issued.get()
      try await sealed.get()
      await #expect(throws: AgentError.self) {
        try await database.agents.issue(.sample(activeVersion: 1), to: agent)
      }
      await rival.close()
      await watcher.close()
    }
  }
}

extension Sequence {
  fileprivate func asyncMap<Value>(_ transform: (Element) async throws -> Value) async throws -> [Value] {
    var values: [Value] = []
    for element in self { values.append(try await transform(element)) }
    return values
  }
}
