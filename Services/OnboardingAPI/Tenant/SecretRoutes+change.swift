import Cryptography
import FoundationEssentials
import HTTPTypes
import Hummingbird
import JSON
import MasterKeys
import Repository

extension SecretRoutes {
  /// `PUT /v1/secrets/{id}/value`
  func setValue(_ request: Request, context: some TenantDataContext) async throws -> Response {
    let id = try context.id("id")
    let body = try SecretValueBody(try await request.json(limit: SecretBody.limit))
    let value = SecretBytes(copying: body.value.utf8)
    let now = Date.wholeMilliseconds
    let written = try await masterKeys.withActiveKey(of: context.tenantID) { masterKey in
      try await secrets.setValue(
        of: id, in: body.environment, of: context.tenantID, under: masterKey.version, at: now
      ) { row, version in
        try masterKey.seal(value, at: Self.address(of: row, version: version, context.tenantID))
      }
    }
    guard let written else { throw APIError.notFound("no such secret") }
    return .data(
      [
        "id": .id(id), "name": .string(written.name), "environment": .string(written.environment),
        "value_version": .integer(written.valueVersion),
      ], requestID: context.requestID)
  }

  /// `PATCH /v1/secrets/{id}`
  func change(_ request: Request, context: some TenantDataContext) async throws -> Response {
    let id = try context.id("id")
    let body = try SecretChangeBody(try await request.json(limit: SecretChangeBody.limit))
    let secret = try await secrets.change(id, of: context.tenantID, to: body.change, at: .wholeMilliseconds)
    guard let secret else { throw APIError.notFound("no such secret") }
    return .data(
      [
        "id": .id(id), "name": .string(secret.name), "expires_at": .timestamp(secret.expiresAt),
        "strict_expiry_enforcement": .bool(secret.isExpiryStrict),
      ], requestID: context.requestID)
  }

  /// `DELETE /v1/secrets/{id}`
  func delete(_: Request, context: some TenantDataContext) async throws -> Response {
    guard try await secrets.delete(try context.id("id"), of: context.tenantID, at: .wholeMilliseconds) else {
      throw APIError.notFound("no such secret")
    }
    return Response(status: .noContent)
  }
}
