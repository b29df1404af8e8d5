import AgentSession
import Commands
import FoundationEssentials
import Hummingbird
import JSON
import Logging
import MasterKeys
import Repository

/// `POST /agent/v1/session`: gives an agent the tenant's secrets for a while, readable under a key that only it and we
/// can derive, and we only now.
struct SessionRoute: Sendable {
  /// How often a bundle is made again because the tenant's keys moved on meanwhile.
  static let attempts = 3
  /// How long a session lasts under the platform's wrapping, in seconds.
  static let platformLifetime = 3600
  /// How long it lasts under the tenant's own key, in seconds: a bound of the kill switch.
  static let customerLifetime = 300

  let agents: AgentStore
  let masterKeys: MasterKeys
  var now: @Sendable () -> Date = { .wholeMilliseconds }

  func respond(_ request: Request, context: APIContext) async throws -> Response {
    let body = try SessionBody(try await request.json(limit: SessionBody.limit), at: now())
    guard let credential = body.credential else { throw AgentError.notAuthenticated }
    let agent = try await agents.authenticate(credential, fingerprint: body.machineFingerprint, at: now())
    var attempt = 1
    while true {
      do {
        let session = try await AuditOrigin.acting(as: credential.agentID) {
          try await issue(to: agent, credential, nonce: body.nonce, until: body.nonceExpiresAt)
        }
        context.logger.info(
          "session issued",
          metadata: [
            "tenant_id": .string(agent.tenantID.text), "agent": "\(credential.agentID)",
            "session": .string(session.id.text),
            "values": "\(session.valueCount)", "withheld": "\(session.withheldCount)",
          ])
        return Response(json: session.json)
      } catch  where Self.isOutdated(error) && attempt < Self.attempts { attempt += 1 }
    }
  }

  private func issue(
    to agent: AuthenticatedAgent, _ credential: AgentCredential, nonce: String, until nonceExpiresAt: Date
  ) async throws -> IssuedSession {
    let contents = try await agents.bundleContents(of: agent.tenantID)
    let opened = Set(contents.values.filter { !$0.isErased }.map(\.encrypted.keyVersion))
    var keys: [Int32: MasterKey] = [:]
    // The active one even if it opens nothing: a tenant whose key can't be used gets no session.
    for version in opened.union([contents.activeVersion]) {
      keys[version] = try await masterKeys.key(version, of: agent.tenantID)
    }
    let lifetime = contents.isUnderCustomerKey ? Self.customerLifetime : Self.platformLifetime
    let session = try IssuedSession(
      of: agent.tenantID, to: credential, nonce: nonce, contents: contents, masterKeys: keys, at: now(),
      lifetime: lifetime)
    try await agents.issue(
      NewSession(
        id: session.id, keyID: session.keyID, activeVersion: contents.activeVersion, openedVersions: opened,
        issuedAt: session.issuedAt, expiresAt: session.expiresAt, nonce: nonce, nonceExpiresAt: nonceExpiresAt),
      to: agent)
    return session
  }

  private static func isOutdated(_ error: any Error) -> Bool {
    if let error = error as? RepositoryError { return error.code == .keyVersionMoved }
    if case .revoked? = (error as? MasterKeyError)?.code { return true }
    return false
  }
}
