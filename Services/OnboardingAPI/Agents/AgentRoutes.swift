import AgentSession
import FoundationEssentials
import HTTPTypes
import Hummingbird
import JSON
import Repository

/// `/v1/agents`, and for people `/admin/agents`: the programs that are given sessions.
struct AgentRoutes: Sendable {
  let agents: AgentStore

  /// `POST /v1/agents`; the only answer that ever holds the agent's secret.
  func create(_ request: Request, context: some TenantDataContext) async throws -> Response {
    let body = try AgentBody(try await request.json(limit: AgentBody.limit))
    let now = Date.wholeMilliseconds
    let credential = AgentCredential.generate()
    let agent = Agent(
      id: .v7(at: now), agentID: credential.agentID, name: body.name,
      requiresVerifiedBuild: body.requiresVerifiedBuild, createdAt: now)
    try await agents.create(agent, credential: credential, of: context.tenantID)
    var members = agent.members
    members["agent_secret"] = .string(credential.exposedSecret())
    return .data(.object(members), status: .created, requestID: context.requestID)
  }

  /// `GET /v1/agents`
  func list(_ request: Request, context: some TenantDataContext) async throws -> Response {
    let found = try await agents.agents(of: context.tenantID)
    return .data(.array(found.map { .object($0.members) }), requestID: context.requestID)
  }

  /// `DELETE /v1/agents/{id}`; once is as good as twice.
  func revoke(_ request: Request, context: some TenantDataContext) async throws -> Response {
    guard try await agents.revoke(try context.id("id"), of: context.tenantID, at: .wholeMilliseconds) else {
      throw APIError.notFound("no such agent")
    }
    return .data(["revoked": true], requestID: context.requestID)
  }
}

extension Agent {
  fileprivate var members: [String: JSONValue] {
    [
      "id": .id(id), "name": .string(name), "agent_id": .string(agentID),
      "status": revokedAt == nil ? "active" : "revoked", "require_verified_build": .bool(requiresVerifiedBuild),
      "last_seen_at": .timestamp(lastSeenAt), "last_session_issued_at": .timestamp(lastSessionIssuedAt),
      "created_at": .timestamp(createdAt), "has_tamper_events": .bool(hasTamperEvents),
    ]
  }
}
