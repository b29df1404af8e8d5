import Cryptography
import Envelope
import FoundationEssentials
import HTTPTypes
import Hummingbird
import JSON
import MasterKeys
import Repository

/// `/v1/secrets`: a tenant's secrets. A value goes in here and never comes out.
struct SecretRoutes: Sendable {
  /// How often a value is encrypted again because the active key version moved on meanwhile.
  static let attempts = 3

  let secrets: SecretStore
  let masterKeys: MasterKeys

  /// `POST /v1/secrets`
  func create(_ request: Request, context: TenantContext) async throws -> Response {
    let body = try SecretBody(try await request.json(limit: SecretBody.limit))
    let now = Date.wholeMilliseconds
    let secret = Secret(
      id: .v7(at: now), name: body.name, type: body.type, baseEnvironment: body.baseEnvironment,
      collectionID: body.collectionID, expiresAt: body.expiresAt, isExpiryStrict: body.isExpiryStrict, createdAt: now)
    let value = SecretBytes(copying: body.value.utf8)
    try await underActiveKey(of: context.tenantID) { masterKey in
      let encrypted = try Self.encrypt(value, of: context.tenantID, row: .v7(at: now), version: 1, under: masterKey)
      try await secrets.create(secret, value: encrypted, of: context.tenantID)
    }
    var members = secret.members
    members["created_at"] = nil
    members["environment_count"] = 1
    return .data(.object(members), status: .created, requestID: context.requestID)
  }

  /// `GET /v1/secrets`
  func list(_ request: Request, context: TenantContext) async throws -> Response {
    let page = try Page(request.uri)
    let found = try await secrets.page(of: context.tenantID, offset: page.offset, limit: page.perPage)
    let rows = found.secrets.map { row -> JSONValue in
      var members = row.secret.members
      members["environment_count"] = .integer(row.environments)
      return .object(members)
    }
    return .data(.array(rows), meta: page.meta(total: found.total), requestID: context.requestID)
  }

  /// `GET /v1/secrets/{id}`
  func show(_ request: Request, context: TenantContext) async throws -> Response {
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

  /// Has a value encrypted and stored; again under the new key where the active version moves on in between.
  func underActiveKey<Stored>(
    of tenantID: UUID, _ store: (MasterKey) async throws -> Stored
  ) async throws -> Stored {
    var attempt = 1
    while true {
      let masterKey = try await masterKeys.activeKey(of: tenantID)
      do { return try await store(masterKey) } catch let error as RepositoryError
        where error.code == .keyVersionMoved && attempt < Self.attempts
      {
        masterKeys.evict(tenantID)
        attempt += 1
      }
    }
  }

  static func encrypt(
    _ value: SecretBytes, of tenantID: UUID, row: UUID, version: Int32, under masterKey: MasterKey
  ) throws -> EncryptedValue {
    let cipher = try EnvelopeCipher(key: masterKey.key, kind: .dataKey, keyVersion: UInt32(masterKey.version))
    let address = ValueAddress(
      tenantID: tenantID, table: .secretValues, rowID: row, valueVersion: UInt32(version))
    let sealed = try SealedValue.seal(value, at: address, under: cipher)
    return EncryptedValue(
      id: row, valueVersion: version, keyVersion: masterKey.version, wrappedKey: sealed.wrappedKey,
      payload: sealed.payload)
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
