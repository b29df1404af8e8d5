import Foundation
import JSON
import Postgres
import Testing

/// Agents and their sessions over the API, on real servers.
@Suite(.enabled(if: Deployment.isPossible), .deploymentSlot) struct SessionFlowTests {
  @Test func `an agent opens every value of its tenant, for an hour, and for five minutes under the tenant's own key`()
    async throws
  {
    let account = try await CustomerAWSAccount.create(on: StandInAWS(endpoint: try #require(StandInAWS.endpoint)))
    try await Deployment.with(as: account) { deployment in
      let tenant = try await deployment.makeTenant()
      let values = try await deployment.makeSecrets(20, for: tenant)
      let agent = try await deployment.makeAgent(for: tenant)

      let nonce = PlayedAgent.makeNonce()
      let before = try await agent.send(nonce: nonce, to: deployment.client)
      #expect(before.status == 200, "\(before)")
      #expect(try before.json["ttl_seconds"] == 3600)
      #expect(try agent.open(try before.json, nonce: nonce) == values)

      let onboarded = try await deployment.client.post("/admin/tenant-kms", token: tenant.ownerToken, account.candidate)
      #expect(onboarded.status == 200, "\(onboarded)")
      // While values are still under the old version, and when none is.
      for wait in [false, true] {
        if wait { #expect(try await deployment.finishedRewrap(of: tenant)["status"] == "completed") }
        let nonce = PlayedAgent.makeNonce()
        let answer = try await agent.send(nonce: nonce, to: deployment.client)
        #expect(answer.status == 200, "\(answer)")
        #expect(try answer.json["ttl_seconds"] == 300)
        #expect(try agent.open(try answer.json, nonce: nonce) == values)
      }

      let row = try #require(try await agents(of: tenant, in: deployment).first)
      #expect(row["last_session_issued_at"]?.string != nil && row["last_seen_at"]?.string != nil)
      #expect(row["status"] == "active" && row["has_tamper_events"] == false)
      for program in deployment.programs {
        #expect(!program.output.contains(agent.secret) && !values.values.contains { program.output.contains($0) })
      }
    }
  }

  @Test func `agents are created, listed and revoked in the contract's shape`() async throws {
    try await Deployment.with(verifies: false, workers: 0) { deployment in
      let tenant = try await deployment.makeTenant()
      let created = try await deployment.client.post(
        "/v1/agents", token: tenant.apiKey, ["name": "proxy", "require_verified_build": true])
      #expect(created.status == 201, "\(created)")
      let shown: Set<String> = [
        "id", "name", "agent_id", "status", "require_verified_build", "last_seen_at", "last_session_issued_at",
        "created_at", "has_tamper_events",
      ]
      #expect(try names(created.json["data"]) == shown.union(["agent_secret"]))
      #expect(try created.json["data"]?["require_verified_build"] == true)
      #expect(try created.json["data"]?["last_seen_at"] == .null)
      let listed = try #require(try await agents(of: tenant, in: deployment).first)
      #expect(names(listed) == shown)
      let secret = try #require(try created.json["data"]?["agent_secret"]?.string)
      #expect(!(try await deployment.client.get("/v1/agents", token: tenant.apiKey).text.contains(secret)))

      let id = try #require(listed["id"]?.string)
      let other = try await deployment.makeTenant()
      #expect(try await deployment.client.send("DELETE", "/v1/agents/\(id)", token: other.apiKey).status == 404)
      #expect(try await agents(of: other, in: deployment).isEmpty)
      for _ in 0..<2 {
        let revoked = try await deployment.client.send("DELETE", "/v1/agents/\(id)", token: tenant.apiKey)
        #expect(revoked.status == 200)
        #expect(try revoked.json["data"] == ["revoked": true])
      }
      #expect(try await agents(of: tenant, in: deployment).first?["status"] == "revoked")
      for path in ["/v1/agents/\(UUID())", "/v1/agents/x"] {
        #expect(try await deployment.client.send("DELETE", path, token: tenant.apiKey).status == 404)
      }
    }
  }

  @Test func `a nonce serves once, whichever processes are asked at once`() async throws {
    try await Deployment.with(verifies: false, workers: 0) { deployment in
      let tenant = try await deployment.makeTenant()
      let values = try await deployment.makeSecrets(3, for: tenant)
      let agent = try await deployment.makeAgent(for: tenant)
      try await deployment.withSecondAPI { second in
        let nonce = PlayedAgent.makeNonce()
        let time = Date()
        let answers = try await withThrowingTaskGroup { group in
          for index in 0..<16 {
            let client = index.isMultiple(of: 2) ? deployment.client : second
            group.addTask { try await agent.send(nonce: nonce, at: time, to: client) }
          }
          return try await group.reduce(into: [APIAnswer]()) { $0.append($1) }
        }
        let issued = answers.filter { $0.status == 200 }
        let refused = answers.filter { $0.status == 409 }
        #expect(issued.count == 1)
        #expect(refused.count == 15)
        #expect(try refused.allSatisfy { try $0.error["type"] == "conflict" && !$0.text.contains("bundle") })
        #expect(try agent.open(try #require(issued.first).json, nonce: nonce) == values)
        for client in [deployment.client, second] {
          #expect(try await agent.send(nonce: nonce, at: time, to: client).status == 409)
          #expect(try await agent.send(to: client).status == 200)
        }
      }
      #expect(try await count("SELECT count(*) FROM agent_sessions", in: deployment) == 3)
    }
  }

  @Test func `whoever isn't the agent learns nothing of why`() async throws {
    try await Deployment.with(verifies: false, workers: 0) { deployment in
      let tenant = try await deployment.makeTenant()
      let agent = try await deployment.makeAgent(for: tenant)
      let revoked = try await deployment.makeAgent(for: tenant)
      _ = try await deployment.client.send("DELETE", "/v1/agents/\(revoked.id)", token: tenant.apiKey)
      let other = try await deployment.makeTenant()
      let foreign = try await deployment.makeAgent(for: other)
      let before = try await table("agents", in: deployment)

      var answers = [
        try await revoked.send(to: deployment.client),
        // Another tenant's agent with this one's secret, and the other way round.
        try await foreign.send(secret: agent.secret, to: deployment.client),
        try await agent.send(secret: foreign.secret, to: deployment.client),
        try await agent.send(secret: "ags_" + String(repeating: "A", count: 43), to: deployment.client),
        try await agent.send(secret: "x", to: deployment.client),
      ]
      for agentID in ["agt_0000000000000000", "x"] {
        guard case .object(var body) = agent.request(nonce: PlayedAgent.makeNonce()) else { return }
        body["agent_id"] = .string(agentID)
        answers.append(
          try await deployment.client.send(
            "POST", "/agent/v1/session", body: JSONValue.object(body).canonicalBytes))
      }
      for answer in answers {
        #expect(answer.status == 401, "\(answer)")
        #expect(try answer.error["type"] == "authentication_error")
        #expect(try answer.error["message"] == "the agent's credential is not valid")
      }
      #expect(try await table("agents", in: deployment) == before)
      #expect(try await count("SELECT count(*) FROM agent_nonces", in: deployment) == 0)
      #expect(try await agent.send(to: deployment.client).status == 200)
    }
  }

  @Test func `a skewed clock, another machine, a required build and a sealed tenant are told apart`() async throws {
    try await Deployment.with(verifies: false, workers: 0) { deployment in
      let tenant = try await deployment.makeTenant()
      _ = try await deployment.makeSecrets(1, for: tenant)
      let agent = try await deployment.makeAgent(for: tenant)
      for skew in [-320, 320] as [TimeInterval] {
        let answer = try await agent.send(at: Date(timeIntervalSinceNow: skew), to: deployment.client)
        #expect(answer.status == 400, "\(answer)")
        #expect(try answer.error["type"] == "validation_error")
        #expect(try answer.error["fields"]?["timestamp"] != nil)
      }
      for skew in [-280, 280] as [TimeInterval] {
        #expect(try await agent.send(at: Date(timeIntervalSinceNow: skew), to: deployment.client).status == 200)
      }

      var thief = agent
      thief.fingerprint = "another machine"
      let stolen = try await thief.send(to: deployment.client)
      #expect(stolen.status == 403)
      #expect(try stolen.error["type"] == "fingerprint_mismatch")
      #expect(try await agents(of: tenant, in: deployment).first?["has_tamper_events"] == true)
      #expect(try await agent.send(to: deployment.client).status == 200)

      let strict = try await deployment.makeAgent(for: tenant, ["require_verified_build": true])
      let unverified = try await strict.send(to: deployment.client)
      #expect(unverified.status == 403)
      #expect(try unverified.error["type"] == "permission_denied")

      let connection = try await deployment.database.connect()
      try await connection.execute(
        """
        INSERT INTO tenant_kms_configs (tenant_id, provider, kms_key_ref, config, last_verified_at, sealed_since,
          last_verify_error) VALUES ($1, 'customer_kms_aws', 'arn', '{}', now(), now(), 'Enable the key.')
        """, [.uuid(tenant.id)])
      let nonce = PlayedAgent.makeNonce()
      let sealed = try await agent.send(nonce: nonce, to: deployment.client)
      #expect(sealed.status == 503)
      #expect(try sealed.error["type"] == "tenant_sealed")
      #expect(sealed.headers["retry-after"] == "30")
      try await connection.execute("UPDATE tenant_kms_configs SET sealed_since = NULL")
      await connection.close()
      // A refusal uses no nonce up, so the same request may be sent again.
      #expect(try await agent.send(nonce: nonce, to: deployment.client).status == 200)
    }
  }

  private func agents(of tenant: Deployment.Tenant, in deployment: Deployment) async throws -> [JSONValue] {
    let answer = try await deployment.client.get("/v1/agents", token: tenant.apiKey)
    guard case .array(let agents)? = try answer.json["data"] else {
      Issue.record("no agents in \(answer)")
      return []
    }
    return agents
  }

  private func names(_ json: JSONValue?) -> Set<String> {
    guard case .object(let members)? = json else { return [] }
    return Set(members.keys)
  }

  private func count(_ statement: PostgresStatement, in deployment: Deployment) async throws -> Int64 {
    let connection = try await deployment.database.connect()
    let count = try await connection.execute(statement)[0][0, as: Int64.self]
    await connection.close()
    return count
  }

  private func table(_ name: String, in deployment: Deployment) async throws -> String {
    let connection = try await deployment.database.connect()
    let text = try await connection.execute(
      PostgresStatement(unchecked: "SELECT string_agg(t::text, '|' ORDER BY t::text) FROM \(name) t")
    )[0][0, as: String.self]
    await connection.close()
    return text
  }
}
