import FoundationEssentials
import Hummingbird
import JSON
import Logging
import Repository

/// `/admin/api-keys`: what programs of the tenant show to use `/v1`.
struct APIKeyRoutes: Sendable {
  let keys: APIKeyStore
  let verifier: APIKeyVerifier

  /// `GET /admin/api-keys`
  func list(_: Request, context: AdminContext) async throws -> Response {
    let found = try await keys.keys(of: context.identity.tenantID)
    return Response(json: ["api_keys": .array(found.map { .object($0.members) })])
  }

  /// `POST /admin/api-keys`; the only answer that ever holds the key.
  func create(_ request: Request, context: AdminContext) async throws -> Response {
    let now = Date.wholeMilliseconds
    let body = try APIKeyBody(try await request.json(limit: APIKeyBody.limit), now: now)
    let key = APIKey.generate()
    let stored = StoredAPIKey(
      id: key.id, name: body.name, scopes: body.scopes, createdAt: now, expiresAt: body.expiresAt)
    try await keys.create(stored, key, of: context.identity.tenantID)
    context.logger.info("API key created", metadata: ["api_key": "\(key.id)", "by": "\(context.identity.subject)"])
    return Response(
      json: .object(stored.members.merging(["api_key": .string(key.exposed())]) { $1 }), status: .created)
  }

  /// `DELETE /admin/api-keys/{id}`; once is as good as twice.
  func revoke(_: Request, context: AdminContext) async throws -> Response {
    let (id, tenantID) = (context.parameters.get("id") ?? "", context.identity.tenantID)
    guard APIKey.isID(id), try await keys.revoke(id, of: tenantID, at: .wholeMilliseconds) else {
      throw APIError.notFound("no such API key")
    }
    verifier.forgetKeys(of: tenantID)
    context.logger.info("API key revoked", metadata: ["api_key": "\(id)", "by": "\(context.identity.subject)"])
    return Response(json: ["revoked": true])
  }
}

extension StoredAPIKey {
  /// What is shown of it.
  var members: [String: JSONValue] {
    let scopes = scopes ?? Set(APIKeyScope.allCases)
    return [
      "id": .string(id), "name": .string(name),
      "scopes": .array(scopes.map(\.rawValue).sorted().map { .string($0) }), "created_at": .timestamp(createdAt),
      "expires_at": .timestamp(expiresAt), "last_used_at": .timestamp(lastUsedAt), "revoked_at": .timestamp(revokedAt),
    ]
  }
}
