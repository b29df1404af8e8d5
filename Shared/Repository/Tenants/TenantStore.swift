public import FoundationEssentials
public import Postgres

/// The tenants.
public struct TenantStore: Sendable {
  private let pool: PostgresPool

  /// Creates the store of a database.
  public init(pool: PostgresPool) { self.pool = pool }

  /// Creates a tenant with its first key version and an API key, all or nothing.
  /// - Throws: ``RepositoryError`` with `slugTaken`; `PostgresError`.
  public func create(_ tenant: Tenant, firstKey: NewKeyVersion, apiKey: APIKey) async throws {
    try await pool.tenant(tenant.id).withTransaction { transaction in
      let inserted = try await transaction.execute(
        "INSERT INTO tenants (id, slug, name) VALUES ($1, $2, $3) ON CONFLICT (slug) DO NOTHING",
        [.uuid(tenant.id), .text(tenant.slug), .text(tenant.name)])
      guard inserted.affectedRows == 1 else { throw RepositoryError(.slugTaken) }
      try await KeyStore.insert(firstKey, of: tenant.id, in: transaction)
      try await APIKeyStore.insert(
        StoredAPIKey(id: apiKey.id, name: "default", createdAt: Date()), apiKey, of: tenant.id, in: transaction)
    }
  }

  /// The ids of all tenants, oldest first.
  ///
  /// Row-level security shows them to the owner of the tables alone, who so must be whom the pool logs in as.
  /// - Throws: ``RepositoryError`` with `notTheOwner`; `PostgresError`.
  public func ids() async throws -> [UUID] {
    let isBound = try await pool.execute("SELECT row_security_active('tenants')", [])[0][0, as: Bool.self]
    guard !isBound else { throw RepositoryError(.notTheOwner) }
    return try await pool.execute("SELECT id FROM tenants ORDER BY id", []).map { try $0.get("id", as: UUID.self) }
  }

  /// The tenant of an id, or nil.
  public func tenant(_ id: UUID) async throws -> Tenant? {
    try await pool.tenant(id).execute("SELECT id, slug, name FROM tenants WHERE id = $1", [.uuid(id)]).first.map {
      Tenant(
        id: try $0.get("id", as: UUID.self), slug: try $0.get("slug", as: String.self),
        name: try $0.get("name", as: String.self))
    }
  }
}
