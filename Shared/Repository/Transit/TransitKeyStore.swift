public import FoundationEssentials
import JSON
public import Postgres

/// The tenants' transit keys and their sealed versions.
public struct TransitKeyStore: TransitKeySource {
  /// The most keys of a tenant.
  public static let maximumKeys = 1_000

  let pool: PostgresPool

  /// Creates the store of a database.
  public init(pool: PostgresPool) { self.pool = pool }

  /// Stores a key with its first version.
  /// - Parameters:
  ///   - key: all else of it.
  ///   - material: the 32 bytes of the version, sealed in the table `TableTag.transitKeys`.
  ///   - tenantID: whose.
  /// - Throws: ``TransitKeyError`` with `nameTaken` or `tooManyKeys`; ``RepositoryError`` with `keyVersionMoved` where the
  ///   material is wrapped under a version that is no longer active: wrap it again and retry; `PostgresError`.
  public func create(_ key: TransitKey, material: EncryptedValue, of tenantID: UUID) async throws {
    try await pool.tenant(tenantID).withTransaction { transaction in
      guard try await TenantLock.shared(tenantID, in: transaction) == material.keyVersion else {
        throw RepositoryError(.keyVersionMoved)
      }
      try await TenantLock.exclusiveForCounting(tenantID, in: transaction)
      let count = try await transaction.execute(
        "SELECT count(*) FROM transit_keys WHERE tenant_id = $1", [.uuid(tenantID)])[0][0, as: Int64.self]
      guard count < Self.maximumKeys else { throw TransitKeyError.tooManyKeys }
      let inserted = try await transaction.execute(
        """
        INSERT INTO transit_keys
          (tenant_id, id, name, key_type, mode, current_version, description, created_by, created_at, updated_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9) ON CONFLICT (tenant_id, name) DO NOTHING
        """,
        [
          .uuid(tenantID), .uuid(key.id), .text(key.name), .text(key.algorithm.rawValue), .text(key.mode.rawValue),
          .int4(key.currentVersion), .optional(key.description) { .text($0) },
          .optional(key.createdBy) { .text($0) }, .timestamp(key.createdAt),
        ])
      guard inserted.affectedRows == 1 else { throw TransitKeyError.nameTaken }
      try await Self.insert(material, of: key.id, tenantID, at: key.createdAt, in: transaction)
      try await AuditLog.append(
        AuditEntry(
          "transit_key.create", "transit_key", key.id, of: tenantID,
          [
            "name": .string(key.name), "key_type": .string(key.algorithm.rawValue), "mode": .string(key.mode.rawValue),
          ]), at: key.createdAt, in: transaction)
    }
  }

  /// The tenant's keys, newest first.
  public func keys(of tenantID: UUID) async throws -> [TransitKey] {
    try await pool.tenant(tenantID).execute(
      """
      SELECT id, name, key_type, mode, current_version, deletion_allowed, description, created_by, created_at,
        updated_at
      FROM transit_keys WHERE tenant_id = $1 ORDER BY id DESC LIMIT $2
      """, [.uuid(tenantID), .int8(Int64(Self.maximumKeys))]
    ).map { try TransitKey($0) }
  }

  /// The key of a name.
  /// - Throws: ``TransitKeyError`` with `noSuchKey`; `PostgresError`.
  public func key(_ name: String, of tenantID: UUID) async throws -> TransitKey {
    let row = try await pool.tenant(tenantID).execute(
      """
      SELECT id, name, key_type, mode, current_version, deletion_allowed, description, created_by, created_at,
        updated_at
      FROM transit_keys WHERE tenant_id = $1 AND name = $2
      """, [.uuid(tenantID), .text(name)]
    ).first
    guard let row else { throw TransitKeyError.noSuchKey }
    return try TransitKey(row)
  }

  /// What encrypting under the key of a name, or decrypting, has to know.
  /// - Throws: ``TransitKeyError`` with `noSuchKey`; `PostgresError`.
  public func versions(of name: String, of tenantID: UUID) async throws -> TransitKeyVersions {
    let row = try await pool.tenant(tenantID).execute(
      """
      SELECT k.id, k.current_version, array(
        SELECT v.value_version FROM transit_key_versions v
        WHERE v.tenant_id = k.tenant_id AND v.transit_key_id = k.id) AS versions
      FROM transit_keys k WHERE k.tenant_id = $1 AND k.name = $2
      """, [.uuid(tenantID), .text(name)]
    ).first
    guard let row else { throw TransitKeyError.noSuchKey }
    return TransitKeyVersions(
      keyID: try row.get("id", as: UUID.self), current: try row.get("current_version", as: Int32.self),
      all: Set(try row.get("versions", as: [Int32].self)))
  }

  /// The sealed material of a version, or nil.
  public func material(of version: Int32, of keyID: UUID, of tenantID: UUID) async throws -> EncryptedValue? {
    try await pool.tenant(tenantID).execute(
      """
      SELECT id, value_version, key_version, wrapped_key, payload FROM transit_key_versions
      WHERE tenant_id = $1 AND transit_key_id = $2 AND value_version = $3
      """, [.uuid(tenantID), .uuid(keyID), .int4(version)]
    ).first.map {
      EncryptedValue(
        id: try $0.get("id", as: UUID.self), valueVersion: try $0.get("value_version", as: Int32.self),
        keyVersion: try $0.get("key_version", as: Int32.self), wrappedKey: try $0.get("wrapped_key", as: [UInt8].self),
        payload: try $0.get("payload", as: [UInt8].self))
    }
  }

  static func insert(
    _ material: EncryptedValue, of keyID: UUID, _ tenantID: UUID, at time: Date, in transaction: PostgresTransaction
  ) async throws {
    _ = try await transaction.execute(
      """
      INSERT INTO transit_key_versions
        (tenant_id, id, transit_key_id, value_version, key_version, wrapped_key, payload, created_at)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
      """,
      [
        .uuid(tenantID), .uuid(material.id), .uuid(keyID), .int4(material.valueVersion), .int4(material.keyVersion),
        .bytes(material.wrappedKey), .bytes(material.payload), .timestamp(time),
      ])
  }
}
