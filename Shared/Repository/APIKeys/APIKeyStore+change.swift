import Commands
public import FoundationEssentials
import JSON
import Postgres

extension APIKeyStore {
  /// The most keys of a tenant that are not revoked.
  public static let capacity = 100

  /// Stores a new key, of which only the hash of the secret is kept.
  /// - Parameters:
  ///   - stored: with the key's id.
  ///   - key: the key, whole.
  ///   - tenantID: whose.
  /// - Throws: ``RepositoryError`` with `noSuchTenant` or `tooManyAPIKeys`; `PostgresError`.
  public func create(_ stored: StoredAPIKey, _ key: APIKey, of tenantID: UUID) async throws {
    try await pool.tenant(tenantID).withTransaction { transaction in
      try await TenantLock.exclusiveForCounting(tenantID, in: transaction)
      let count = try await transaction.execute(
        "SELECT count(*) AS n FROM api_keys WHERE tenant_id = $1 AND revoked_at IS NULL", [.uuid(tenantID)])
      guard try count[0].get("n", as: Int64.self) < Self.capacity else { throw RepositoryError(.tooManyAPIKeys) }
      try await Self.insert(stored, key, of: tenantID, in: transaction)
    }
  }

  static func insert(
    _ stored: StoredAPIKey, _ key: APIKey, of tenantID: UUID, in transaction: PostgresTransaction
  ) async throws {
    try await transaction.execute(
      """
      INSERT INTO api_keys (id, tenant_id, secret_hash, name, scopes, created_at, expires_at)
      VALUES ($1, $2, $3, $4, $5, $6, $7)
      """,
      [
        .text(stored.id), .uuid(tenantID), .bytes(key.secretHash), .text(stored.name),
        .optional(stored.scopes) { .textArray($0.map(\.rawValue).sorted()) }, .timestamp(stored.createdAt),
        .optional(stored.expiresAt) { .timestamp($0) },
      ])
    try await AuditLog.append(
      AuditEntry("api_key.create", key.id, of: tenantID, ["name": .string(stored.name)]), at: stored.createdAt,
      in: transaction)
  }

  /// A tenant's keys, newest first: all that aren't revoked, and of those that are the newest, up to 1,000 altogether.
  public func keys(of tenantID: UUID) async throws -> [StoredAPIKey] {
    try await pool.tenant(tenantID).execute(
      """
      SELECT * FROM (
        SELECT id, name, scopes, created_at, expires_at, last_used_at, revoked_at FROM api_keys
        WHERE tenant_id = $1 ORDER BY revoked_at IS NOT NULL, created_at DESC LIMIT 1000
      ) AS shown ORDER BY created_at DESC, id
      """, [.uuid(tenantID)]
    ).map { row in
      var key = StoredAPIKey(
        id: try row.get("id", as: String.self), name: try row.get("name", as: String.self),
        scopes: try row.get("scopes", as: [String]?.self).map { try Self.scopes($0) },
        createdAt: try row.get("created_at", as: Date.self), expiresAt: try row.get("expires_at", as: Date?.self))
      key.lastUsedAt = try row.get("last_used_at", as: Date?.self)
      key.revokedAt = try row.get("revoked_at", as: Date?.self)
      return key
    }
  }

  /// Makes a key good for nothing, and has every process forget it; once is as good as twice.
  /// - Returns: false where the tenant has no such key.
  public func revoke(_ id: String, of tenantID: UUID, at time: Date) async throws -> Bool {
    try await pool.tenant(tenantID).withTransaction { transaction in
      let revoked = try await transaction.execute(
        "UPDATE api_keys SET revoked_at = $3 WHERE tenant_id = $1 AND id = $2 AND revoked_at IS NULL RETURNING name",
        [.uuid(tenantID), .text(id), .timestamp(time)]
      ).first
      guard let revoked else {
        return try await !transaction.execute(
          "SELECT FROM api_keys WHERE tenant_id = $1 AND id = $2", [.uuid(tenantID), .text(id)]
        ).isEmpty
      }
      try await Outbox.add(TenantEvent(.apiKeyRevoked, of: tenantID), of: tenantID, in: transaction)
      let name = try revoked.get("name", as: String.self)
      try await AuditLog.append(
        AuditEntry("api_key.revoke", id, of: tenantID, ["name": .string(name)]), at: time, in: transaction)
      return true
    }
  }

  /// Writes when keys were last used; times that are older than what is written change nothing.
  public func noteUse(_ times: [String: Date]) async throws {
    let sorted = times.sorted { $0.key < $1.key }
    try await pool.execute(
      "SELECT note_api_key_uses($1, $2)",
      [.textArray(sorted.map(\.key)), .int8Array(sorted.map { Int64($0.value.timeIntervalSince1970 * 1_000) })])
  }
}

extension AuditEntry {
  /// Something that happened to an API key.
  fileprivate init(_ action: String, _ keyID: String, of tenantID: UUID, _ details: JSONValue) {
    self.init(
      tenantID: tenantID, actorID: AuditOrigin.current.actorID, action: action, resourceType: "api_key",
      resourceID: keyID, details: details)
  }
}
