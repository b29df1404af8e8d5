import FoundationEssentials
import HTTPTypes
import Hummingbird
import JSON
import Repository
import Transit

/// `/v1/crypto/keys`, and for people `/admin/transit-keys`: a tenant's transit keys. Their material never leaves this
/// service.
struct TransitKeyRoutes: Sendable {
  let keys: TransitKeys

  /// `POST /v1/crypto/keys`
  func create(_ request: Request, context: some TenantDataContext) async throws -> Response {
    let body = try TransitKeyBody(try await request.json(limit: TransitKeyBody.limit))
    let now = Date.wholeMilliseconds
    let key = TransitKey(
      id: .v7(at: now), name: body.name, algorithm: body.algorithm, mode: body.mode, description: body.description,
      createdAt: now, createdBy: AuditOrigin.current.actorID)
    try await keys.create(key, of: context.tenantID)
    return .data(Self.json(key, of: context.tenantID), status: .created, requestID: context.requestID)
  }

  /// `GET /v1/crypto/keys`
  func list(_: Request, context: some TenantDataContext) async throws -> Response {
    let found = try await keys.store.keys(of: context.tenantID)
    return .data(.array(found.map { .object($0.members) }), requestID: context.requestID)
  }

  /// `GET /v1/crypto/keys/{name}`
  func show(_: Request, context: some TenantDataContext) async throws -> Response {
    let key = try await keys.store.key(try context.transitKeyName, of: context.tenantID)
    return .data(Self.json(key, of: context.tenantID), requestID: context.requestID)
  }

  /// `PATCH /v1/crypto/keys/{name}`
  func change(_ request: Request, context: some TenantDataContext) async throws -> Response {
    let name = try context.transitKeyName
    let body = try TransitKeyChangeBody(try await request.json(limit: TransitKeyBody.limit))
    let key = try await keys.store.change(name, of: context.tenantID, to: body.change, at: .wholeMilliseconds)
    return .data(
      ["name": .string(key.name), "deletion_allowed": .bool(key.allowsDeletion)], requestID: context.requestID)
  }

  /// `POST /v1/crypto/keys/{name}/rotate`
  func rotate(_: Request, context: some TenantDataContext) async throws -> Response {
    let version = try await keys.rotate(try context.transitKeyName, of: context.tenantID, at: .wholeMilliseconds)
    return .data(["new_version": .integer(version)], requestID: context.requestID)
  }

  /// `DELETE /v1/crypto/keys/{name}/versions/{version}`
  func destroy(_: Request, context: some TenantDataContext) async throws -> Response {
    let name = try context.transitKeyName
    guard let version = context.parameters.get("version").flatMap({ Int32($0) }), version > 0 else {
      throw TransitKeyError.noSuchVersion
    }
    try await keys.destroy(version, of: name, of: context.tenantID, at: .wholeMilliseconds)
    return .data(["destroyed": .integer(version)], requestID: context.requestID)
  }

  private static func json(_ key: TransitKey, of tenantID: UUID) -> JSONValue {
    var members = key.members
    members["tenant_id"] = .id(tenantID)
    members["created_by"] = key.createdBy.map { .string($0) } ?? .null
    members["sandbox"] = false
    return .object(members)
  }
}

extension TransitKey {
  /// What a list shows of a key.
  fileprivate var members: [String: JSONValue] {
    [
      "id": .id(id), "name": .string(name), "key_type": .string(algorithm.rawValue), "mode": .string(mode.rawValue),
      "current_version": .integer(currentVersion), "deletion_allowed": .bool(allowsDeletion),
      "description": description.map { .string($0) } ?? .null, "created_at": .timestamp(createdAt),
      "updated_at": .timestamp(updatedAt),
    ]
  }
}

extension TenantDataContext {
  /// The name of a transit key in the path.
  /// - Throws: 404 where no key can have it.
  var transitKeyName: String {
    get throws {
      guard let name = parameters.get("name"), TransitKey.isName(name) else { throw TransitKeyError.noSuchKey }
      return name
    }
  }
}
