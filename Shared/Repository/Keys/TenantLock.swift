import FoundationEssentials
import Postgres

/// Keeps a change of a tenant's active key version apart from the writes that use it.
///
/// A value written under version N while N is being retired would escape the rewrap that starts at that moment. So
/// writes hold the tenant's advisory lock in shared mode and look up the active version under it; a change of version
/// holds it exclusively. An advisory lock writes nothing to disk, unlike a lock on the row. Held to the end of the
/// transaction. Tenants whose ids hash alike merely wait for each other.
enum TenantLock {
  static func exclusive(_ tenantID: UUID, in transaction: PostgresTransaction) async throws {
    _ = try await transaction.execute("SELECT pg_advisory_xact_lock(uuid_hash_extended($1, 0))", [.uuid(tenantID)])
  }

  /// - Returns: the active version, which stays active until the transaction ends.
  static func shared(_ tenantID: UUID, in transaction: PostgresTransaction) async throws -> Int32 {
    // The second statement sees what was committed before it began, so after the lock was had.
    let answers = try await transaction.pipeline([
      ("SELECT pg_advisory_xact_lock_shared(uuid_hash_extended($1, 0))", [.uuid(tenantID)]),
      ("SELECT version FROM tenant_keys WHERE tenant_id = $1 AND status = 'active'", [.uuid(tenantID)]),
    ])
    guard let row = answers[1].first else { throw RepositoryError(.noSuchTenant) }
    return try row.get("version", as: Int32.self)
  }

  /// Has whoever makes something of which a tenant may have so many wait for its turn, so that none is made beyond.
  /// - Throws: ``RepositoryError`` with `noSuchTenant`; `PostgresError`.
  static func exclusiveForCounting(_ tenantID: UUID, in transaction: PostgresTransaction) async throws {
    let found = try await transaction.execute("SELECT FROM tenants WHERE id = $1 FOR NO KEY UPDATE", [.uuid(tenantID)])
    guard !found.isEmpty else { throw RepositoryError(.noSuchTenant) }
  }

  /// Keeps an erasure apart from the rewraps that could save what it counts as erased; writes don't wait for either.
  static func exclusiveForErasure(_ tenantID: UUID, in transaction: PostgresTransaction) async throws {
    _ = try await transaction.execute("SELECT pg_advisory_xact_lock(uuid_hash_extended($1, 2))", [.uuid(tenantID)])
  }

  /// Likewise, for a rewrap.
  static func sharedAgainstErasure(_ tenantID: UUID, in transaction: PostgresTransaction) async throws {
    _ = try await transaction.execute(
      "SELECT pg_advisory_xact_lock_shared(uuid_hash_extended($1, 2))", [.uuid(tenantID)])
  }
}
