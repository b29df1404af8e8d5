import Cryptography
import Envelope
import FoundationEssentials
import HTTPTypes
import Hummingbird
import JSON
import MasterKeys
import Repository

/// `/v1/secrets`, and for people `/admin/secrets`: a tenant's secrets. A value goes in here and never comes out.
struct SecretRoutes: Sendable {
  let secrets: SecretStore
  let masterKeys: MasterKeys

  /// `POST /v1/secrets`
  func create(_ request: Request, context: some TenantDataContext) async throws -> Response {
    let body = try SecretBody(try await request.json(limit: SecretBody.limit))
    let now = Date.wholeMilliseconds
    let secret = Secret(
      id: .v7(at: now), name: body.name, type: body.type, baseEnvironment: body.baseEnvironment,
      collectionID: body.collectionID, expiresAt: body.expiresAt, isExpiryStrict: body.isExpiryStrict, createdAt: now)
    let value = SecretBytes(copying: body.value.utf8)
    let address = Self.address(of: .v7(at: now), version: 1, context.tenantID)
    try await masterKeys.withActiveKey(of: context.tenantID) { masterKey in
      try await secrets.create(secret, value: try masterKey.seal(value, at: address), of: context.tenantID)
    }
    var members = secret.members
    members["created_at"] = nil
    members["environment_count"] = 1
    return .data(.object(members), status: .created, requestID: context.requestID)
  }

  /// `GET /v1/secrets[?search=text]`
  func list(_ request: Request, context: some TenantDataContext) async throws -> Response {
    let page = try Page(request.uri)
    let search = try Search(request.uri)
    let found = try await secrets.page(
      of: context.tenantID, naming: search.text, offset: page.offset, limit: page.perPage)
    let rows = found.secrets.map { row -> JSONValue in
      var members = row.secret.members
      members["environment_count"] = .integer(row.environments)
      return .object(members)
    }
    return .data(.array(rows), meta: page.meta(total: found.total), requestID: context.requestID)
  }

  /// `GET /v1/secrets/{id}`
  func show(_ request: Request, context: some TenantDataContext) async throws -> Response {
    guard let found = try await secrets.secret(try context.id("id"), of: context.tenantID) else {
      throw APIError.notFound("no such secret")
    }
    var members = found.secret.members
    members["environment_count"] = .integer(found.environments.count)
    members["environments"] = .array(
      found.environments.map {
        [
          "environment_name": .string($0.name), "value_version": .integer($0.valueVersion),
          "updated_at": .timestamp($0.updatedAt), "expires_at_override": .timestamp($0.expiresAt),
        ]
      })
    return .data(.object(members), requestID: context.requestID)
  }

  static func address(of row: UUID, version: Int32, _ tenantID: UUID) -> ValueAddress {
    ValueAddress(tenantID: tenantID, table: .secretValues, rowID: row, valueVersion: UInt32(version))
  }
}

extension Date {
  /// Now, in milliseconds as they are shown: what is stored is what was answered.
  static var wholeMilliseconds: Date {
    Date(timeIntervalSince1970: (Date().timeIntervalSince1970 * 1000).rounded(.down) / 1000)
  }
}

extension Secret {
  /// What a list shows of a secret, but for the number of environments.
  fileprivate var members: [String: JSONValue] {
    [
      "id": .id(id), "name": .string(name), "shortcode_name": .string(name.lowercased()),
      "base_environment": .string(baseEnvironment), "secret_type": .string(type), "collection_id": .id(collectionID),
      "created_at": .timestamp(createdAt), "expires_at": .timestamp(expiresAt),
      "strict_expiry_enforcement": .bool(isExpiryStrict),
    ]
  }
}
