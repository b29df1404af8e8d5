public import FoundationEssentials
import JSON
public import Postgres

/// The tenants' secrets and their encrypted values.
public struct SecretStore: Sendable {
  private typealias Details = (secret: Secret, environments: [Secret.Environment])

  let pool: PostgresPool
  private let details: BatchLoader<UUID, UUID, Details>

  /// Creates the store of a database.
  public init(pool: PostgresPool) {
    self.pool = pool
    details = BatchLoader { tenantID, ids in try await Self.details(of: ids, tenantID, in: pool) }
  }

  /// Stores a secret with the value of its base environment.
  /// - Throws: ``RepositoryError`` with `nameTaken`, or with `keyVersionMoved` where the value is wrapped under a version
  ///   that is no longer active: wrap it again and retry; `PostgresError`.
  public func create(_ secret: Secret, value: EncryptedValue, of tenantID: UUID) async throws {
    try await pool.tenant(tenantID).withTransaction { transaction in
      guard try await TenantLock.shared(tenantID, in: transaction) == value.keyVersion else {
        throw RepositoryError(.keyVersionMoved)
      }
      let inserted = try await transaction.execute(
        """
        INSERT INTO secrets (tenant_id, id, name, secret_type, base_environment, collection_id, expires_at,
          strict_expiry_enforcement, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (tenant_id, name) DO NOTHING
        """,
        [
          .uuid(tenantID), .uuid(secret.id), .text(secret.name), .text(secret.type), .text(secret.baseEnvironment),
          secret.collectionID.map { .uuid($0) } ?? .null, secret.expiresAt.map { .timestamp($0) } ?? .null,
          .bool(secret.isExpiryStrict), .timestamp(secret.createdAt),
        ])
      guard inserted.affectedRows == 1 else { throw RepositoryError(.nameTaken) }
      _ = try await transaction.execute(
        """
        INSERT INTO secret_values
          (tenant_id, id, secret_id, environment_name, value_version, key_version, wrapped_key, payload, updated_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        """,
        [
          .uuid(tenantID), .uuid(value.id), .uuid(secret.id), .text(secret.baseEnvironment),
          .int4(value.valueVersion), .int4(value.keyVersion), .bytes(value.wrappedKey), .bytes(value.payload),
          .timestamp(secret.createdAt),
        ])
      try await AuditLog.append(
        AuditEntry(
          "secret.create", "secret", secret.id, of: tenantID,
          [
            "name": .string(secret.name), "secret_type": .string(secret.type),
            "environment": .string(secret.baseEnvironment),
          ]), at: secret.createdAt, in: transaction)
    }
  }

  /// A page of the tenant's secrets, newest first, with the number of environments of each.
  /// - Parameters:
  ///   - tenantID: whose.
  ///   - text: only those whose name has it in it, whatever the case; all unless told.
  ///   - offset: how many to pass over.
  ///   - limit: the most to return.
  public func page(
    of tenantID: UUID, naming text: String? = nil, offset: Int64, limit: Int32
  ) async throws -> (secrets: [(secret: Secret, environments: Int)], total: Int) {
    let filter: [PostgresValue] = [.uuid(tenantID), .optional(text) { .text($0) }]
    return try await pool.tenant(tenantID).withTransaction(isolation: .repeatableRead, readOnly: true) { transaction in
      let count = try await transaction.execute(
        """
        SELECT count(*) AS total FROM secrets
        WHERE tenant_id = $1 AND ($2::text IS NULL OR strpos(lower(name), lower($2)) > 0)
        """, filter)
      let rows = try await transaction.execute(
        """
        SELECT id, name, secret_type, base_environment, collection_id, expires_at, strict_expiry_enforcement,
          created_at, (SELECT count(*) FROM secret_values v WHERE v.tenant_id = s.tenant_id AND v.secret_id = s.id)
            AS environments
        FROM secrets s WHERE tenant_id = $1 AND ($2::text IS NULL OR strpos(lower(name), lower($2)) > 0)
        ORDER BY id DESC OFFSET $3 LIMIT $4
        """, filter + [.int8(offset), .int4(limit)])
      let secrets = try rows.map {
        (secret: try Secret($0), environments: Int(try $0.get("environments", as: Int64.self)))
      }
      return (secrets, Int(try count[0].get("total", as: Int64.self)))
    }
  }

  /// A secret and its environments by name, or nil. Those asked for at the same time are read together.
  /// - Throws: `PostgresError`; `CancellationError`.
  public func secret(
    _ id: UUID, of tenantID: UUID
  ) async throws -> (secret: Secret, environments: [Secret.Environment])? {
    try await details.value(of: id, in: tenantID)
  }

  /// One statement sees one state of both tables, and takes one round trip.
  private static func details(
    of ids: Set<UUID>, _ tenantID: UUID, in pool: PostgresPool
  ) async throws -> [UUID: Details] {
    let rows = try await pool.tenant(tenantID).execute(Self.find, [.uuid(tenantID), .uuidArray(ids)])
    var found: [UUID: Details] = [:]
    for row in rows {
      let secret = try Secret(row)
      let environment = try Secret.Environment(row)
      found[secret.id, default: (secret, [])].environments += [environment].compactMap(\.self)
    }
    return found
  }

  private static let find = PostgresStatement(
    """
    SELECT s.id, name, secret_type, base_environment, collection_id, expires_at, strict_expiry_enforcement, created_at,
      environment_name, value_version, updated_at, expires_at_override
    FROM secrets s LEFT JOIN secret_values v ON v.tenant_id = s.tenant_id AND v.secret_id = s.id
    WHERE s.tenant_id = $1 AND s.id = ANY ($2) ORDER BY s.id, environment_name
    """)

  /// The encrypted value of a secret in an environment, or nil.
  public func value(
    of secretID: UUID, in environment: String, of tenantID: UUID
  ) async throws -> EncryptedValue? {
    try await pool.tenant(tenantID).execute(
      """
      SELECT id, value_version, key_version, wrapped_key, payload
      FROM secret_values WHERE tenant_id = $1 AND secret_id = $2 AND environment_name = $3
      """, [.uuid(tenantID), .uuid(secretID), .text(environment)]
    ).first.map {
      EncryptedValue(
        id: try $0.get("id", as: UUID.self), valueVersion: try $0.get("value_version", as: Int32.self),
        keyVersion: try $0.get("key_version", as: Int32.self), wrappedKey: try $0.get("wrapped_key", as: [UInt8].self),
        payload: try $0.get("payload", as: [UInt8].self))
    }
  }
}

extension Secret {
  init(_ row: PostgresRow) throws {
    self.init(
      id: try row.get("id", as: UUID.self), name: try row.get("name", as: String.self),
      type: try row.get("secret_type", as: String.self),
      baseEnvironment: try row.get("base_environment", as: String.self),
      collectionID: try row.get("collection_id", as: UUID?.self), expiresAt: try row.get("expires_at", as: Date?.self),
      isExpiryStrict: try row.get("strict_expiry_enforcement", as: Bool.self),
      createdAt: try row.get("created_at", as: Date.self))
  }
}

extension Secret.Environment {
  /// Nil where the secret of the row has none.
  fileprivate init?(_ row: PostgresRow) throws {
    guard let name = try row.get("environment_name", as: String?.self) else { return nil }
    self.init(
      name: name, valueVersion: try row.get("value_version", as: Int32.self),
      updatedAt: try row.get("updated_at", as: Date.self),
      expiresAt: try row.get("expires_at_override", as: Date?.self))
  }
}
