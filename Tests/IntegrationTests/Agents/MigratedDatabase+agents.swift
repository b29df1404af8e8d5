import AgentSession
import Foundation
import Postgres
import Repository

extension MigratedDatabase {
  var agents: AgentStore { AgentStore(pool: services) }

  /// Makes an agent that hasn't been seen yet.
  func makeAgent(of tenantID: UUID, requiresVerifiedBuild: Bool = false) async throws -> (Agent, AgentCredential) {
    let credential = AgentCredential.generate()
    let agent = Agent(
      id: .v7(at: Self.now), agentID: credential.agentID, name: "agent", requiresVerifiedBuild: requiresVerifiedBuild,
      createdAt: Self.now)
    try await agents.create(agent, credential: credential, of: tenantID)
    return (agent, credential)
  }

  /// Makes an agent and has it authenticate.
  func makeSeenAgent(of tenantID: UUID) async throws -> AuthenticatedAgent {
    try await agents.authenticate(try await makeAgent(of: tenantID).1, fingerprint: "machine", at: Self.now)
  }

  /// Makes a tenant's stored configuration say that it is sealed, or not.
  func setSealed(_ isSealed: Bool, _ tenantID: UUID) async throws {
    try await pool.execute(
      """
      UPDATE tenant_kms_configs SET sealed_since = CASE WHEN $2 THEN now() END, last_verify_error = 'Enable the key.'
      WHERE tenant_id = $1
      """, [.uuid(tenantID), .bool(isSealed)])
  }
}

extension NewSession {
  static func sample(
    nonce: String = UUID().uuidString, activeVersion: Int32 = 0, opened: Set<Int32> = [],
    at time: Date = MigratedDatabase.now
  ) -> NewSession {
    NewSession(
      id: .v7(at: time), keyID: "sk_0", activeVersion: activeVersion, openedVersions: opened, issuedAt: time,
      expiresAt: time.addingTimeInterval(300), nonce: nonce, nonceExpiresAt: time.addingTimeInterval(360))
  }
}
