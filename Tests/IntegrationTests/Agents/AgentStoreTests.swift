import AgentSession
import Foundation
import Postgres
import Repository
import Testing

@Suite(.enabled(if: TestDatabase.isAvailable), .timeLimit(.minutes(1)))
struct AgentStoreTests {
  static let now = MigratedDatabase.now

  @Test func `agents are listed newest first, to their own tenant alone`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      let other = try await database.makeTenant()
      let made = [
        try await database.makeAgent(of: tenantID).0,
        try await database.makeAgent(of: tenantID, requiresVerifiedBuild: true).0,
      ]
      let listed = try await database.agents.agents(of: tenantID)
      #expect(listed == made.sorted { $0.id.uuidString > $1.id.uuidString })
      #expect(try await database.agents.agents(of: other).isEmpty)
      #expect(try await database.agents.revoke(made[0].id, of: other, at: Self.now) == false)
      #expect(try await database.agents.agents(of: tenantID).allSatisfy { $0.revokedAt == nil })
    }
  }

  @Test func `a revoked agent stays in the list, with the time of its first revocation`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      let (agent, credential) = try await database.makeAgent(of: tenantID)
      for delay in [0, 60] as [TimeInterval] {
        #expect(try await database.agents.revoke(agent.id, of: tenantID, at: Self.now.addingTimeInterval(delay)))
      }
      #expect(try await database.agents.agents(of: tenantID).first?.revokedAt == Self.now)
      #expect(try await database.agents.revoke(UUID(), of: tenantID, at: Self.now) == false)
      await #expect(throws: AgentError.notAuthenticated) {
        try await database.agents.authenticate(credential, fingerprint: "machine", at: Self.now)
      }
    }
  }

  @Test func `a tenant has a bounded number of agents, not counting those revoked`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      try await database.pool.execute(
        """
        INSERT INTO agents (tenant_id, id, agent_id, name, secret_hash, require_verified_build, created_at)
        SELECT $1, gen_random_uuid(), 'agt_' || lpad(n::text, 16, '0'), 'n', sha256('x'), false, now()
        FROM generate_series(1, 1000) AS n
        """, [.uuid(tenantID)])
      await #expect(throws: AgentError.tooManyAgents) { try await database.makeAgent(of: tenantID) }
      let listed = try await database.agents.agents(of: tenantID)
      #expect(listed.count == 1_000)
      #expect(try await database.agents.revoke(listed[500].id, of: tenantID, at: Self.now))
      let (agent, _) = try await database.makeAgent(of: tenantID)
      let relisted = try await database.agents.agents(of: tenantID)
      #expect(relisted.count == 1_000)
      #expect(relisted.contains(agent))
      #expect(!relisted.contains { $0.id == listed[500].id })
    }
  }

  @Test func `only the hash of a secret is stored`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      let (_, credential) = try await database.makeAgent(of: tenantID)
      let stored = try await database.pool.execute("SELECT secret_hash FROM agents")[0][0, as: [UInt8].self]
      #expect(stored == credential.secretHash)
    }
  }

  @Test func `an agent is its id and its secret, and nothing tells which of them was wrong`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      let (agent, credential) = try await database.makeAgent(of: tenantID)
      let (_, other) = try await database.makeAgent(of: try await database.makeTenant())
      let mixed = try #require(AgentCredential(agentID: credential.agentID, secret: other.exposedSecret()))
      for wrong in [mixed, .generate()] {
        await #expect(throws: AgentError.notAuthenticated) {
          try await database.agents.authenticate(wrong, fingerprint: "machine", at: Self.now)
        }
      }
      #expect(try await database.agents.agents(of: tenantID) == [agent])
      let right = try await database.agents.authenticate(credential, fingerprint: "machine", at: Self.now)
      #expect(right == AuthenticatedAgent(tenantID: tenantID, id: agent.id))
      #expect(try await database.agents.agents(of: tenantID).first?.lastSeenAt == Self.now)
    }
  }

  @Test func `an agent belongs to the machine that came first, and another's attempts are counted`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      let (_, credential) = try await database.makeAgent(of: tenantID)
      let outcomes = await withTaskGroup { group in
        for machine in 0..<6 {
          group.addTask {
            await outcome {
              try await database.agents.authenticate(credential, fingerprint: "machine \(machine)", at: Self.now)
            }
          }
        }
        return await group.reduce(into: [Result<AuthenticatedAgent, any Error>]()) { $0.append($1) }
      }
      let refused = outcomes.compactMap { outcome in
        if case .failure(let error) = outcome { error as? AgentError } else { nil }
      }
      #expect(refused == Array(repeating: .fingerprintMismatch, count: 5))
      #expect(try await database.count("SELECT occurrences FROM agent_tamper_events") == 5)
      #expect(try await database.agents.agents(of: tenantID).first?.hasTamperEvents == true)
    }
  }

  @Test func `an agent whose build must be verified is refused, since nothing verifies one`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      let (_, credential) = try await database.makeAgent(of: tenantID, requiresVerifiedBuild: true)
      await #expect(throws: AgentError.buildNotVerified) {
        try await database.agents.authenticate(credential, fingerprint: "machine", at: Self.now)
      }
    }
  }
}
