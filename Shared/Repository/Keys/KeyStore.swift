public import FoundationEssentials
import JSON
public import Postgres

/// The tenants' wrapped master keys and the configurations of what wraps them.
public struct KeyStore: KeyVersionSource {
  let pool: PostgresPool

  /// Creates the store of a database.
  public init(pool: PostgresPool) { self.pool = pool }

  /// The version that new wraps use.
  /// - Throws: ``RepositoryError`` with `noSuchTenant`; `PostgresError`.
  public func activeVersion(of tenantID: UUID) async throws -> KeyVersion {
    guard let version = try await versions(of: tenantID, "k.status = 'active'").first
    else { throw RepositoryError(.noSuchTenant) }
    return version
  }

  /// A version by its number, or nil.
  /// - Throws: `PostgresError`.
  public func version(_ version: Int32, of tenantID: UUID) async throws -> KeyVersion? {
    try await versions(of: tenantID, "k.version = $2", [.int4(version)]).first
  }

  /// Every version of a tenant, newest first.
  public func versions(of tenantID: UUID) async throws -> [KeyVersion] {
    try await versions(of: tenantID, "true ORDER BY k.version DESC")
  }

  private func versions(
    of tenantID: UUID, _ condition: StaticString, _ parameters: [PostgresValue] = []
  ) async throws -> [KeyVersion] {
    let statement = PostgresStatement(
      unchecked: """
        SELECT k.id, k.tenant_id, k.version, k.status, k.wrap_method, k.wrapped_key, k.provider, k.kms_key_ref, k.config,
          k.wrapping_key, k.created_at, k.retired_at, c.sealed_since, c.last_verify_error
        FROM tenant_keys k LEFT JOIN tenant_kms_configs c ON c.tenant_id = k.tenant_id
        WHERE k.tenant_id = $1 AND \(condition)
        """)
    return try await pool.tenant(tenantID).execute(statement, [.uuid(tenantID)] + parameters).map { try KeyVersion($0) }
  }

  /// The tenant's key management service, or nil while the platform's wrapping serves it.
  public func configuration(of tenantID: UUID) async throws -> KMSConfiguration? {
    try await pool.tenant(tenantID).execute(
      """
      SELECT provider, kms_key_ref, config, sealed_since, last_verified_at, last_verify_error
      FROM tenant_kms_configs WHERE tenant_id = $1
      """, [.uuid(tenantID)]
    ).first.map {
      KMSConfiguration(
        provider: try $0.get("provider", as: String.self), keyReference: try $0.get("kms_key_ref", as: String.self),
        configuration: try $0.json("config"), sealedSince: try $0.get("sealed_since", as: Date?.self),
        lastVerifiedAt: try $0.get("last_verified_at", as: Date.self),
        lastVerifyError: try $0.get("last_verify_error", as: String?.self))
    }
  }

  static func insert(_ key: NewKeyVersion, of tenantID: UUID, in transaction: PostgresTransaction) async throws {
    let provider = key.wrapping.provider
    _ = try await transaction.execute(
      """
      INSERT INTO tenant_keys
        (id, tenant_id, version, wrap_method, status, wrapped_key, provider, kms_key_ref, config, wrapping_key)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
      """,
      [
        .uuid(key.id), .uuid(tenantID), .int4(key.version), .text(key.wrapping.method.rawValue),
        .text(KeyVersion.Status.initial.rawValue), .bytes(key.wrapping.wrappedKey),
        provider.map { .text($0.name) } ?? .null,
        provider.map { .text($0.keyReference) } ?? .null,
        provider.map { .json($0.configuration.canonicalBytes) } ?? .null,
        provider.map { .text($0.wrappingKey) } ?? .null,
      ])
  }
}

extension KeyVersion {
  init(_ row: PostgresRow) throws {
    let seal = try row.get("sealed_since", as: Date?.self).map { since in
      TenantSeal(since: since, reason: try row.get("last_verify_error", as: String.self))
    }
    let provider = try row.get("provider", as: String?.self).map { name in
      ProviderKey(
        name: name, keyReference: try row.get("kms_key_ref", as: String.self),
        configuration: try row.json("config"), wrappingKey: try row.get("wrapping_key", as: String.self))
    }
    self.init(
      id: try row.get("id", as: UUID.self), tenantID: try row.get("tenant_id", as: UUID.self),
      version: try row.get("version", as: Int32.self),
      status: try Self.decode(row, "status"),
      wrapping: Wrapping(
        method: try Self.decode(row, "wrap_method"), wrappedKey: try row.get("wrapped_key", as: [UInt8]?.self) ?? [],
        provider: provider),
      createdAt: try row.get("created_at", as: Date.self), retiredAt: try row.get("retired_at", as: Date?.self),
      seal: seal)
  }

  static func decode<Value: RawRepresentable<String>>(_ row: PostgresRow, _ column: String) throws -> Value {
    let text = try row.get(column, as: String.self)
    guard let value = Value(rawValue: text) else { throw RepositoryError(.unknownValue(column: column, text)) }
    return value
  }
}
