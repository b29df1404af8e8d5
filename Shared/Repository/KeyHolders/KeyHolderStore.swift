public import Commands
public import FoundationEssentials
public import Postgres

/// The processes that may hold unwrapped keys, and what each has dropped.
public struct KeyHolderStore: KeyHolderRegistry {
  private let pool: PostgresPool

  /// Creates the store of a database.
  public init(pool: PostgresPool) { self.pool = pool }

  /// Writes down that a process may hold keys from now on, and forgets those that nobody has heard of for a day.
  /// - Throws: `PostgresError`.
  public func enter(_ id: UUID, service: String) async throws {
    _ = try await pool.execute(
      """
      WITH gone AS (DELETE FROM key_holders WHERE seen_at < now() - interval '1 day' AND id <> $1)
      INSERT INTO key_holders (id, service) VALUES ($1, $2)
      ON CONFLICT (id) DO UPDATE SET seen_at = greatest(key_holders.seen_at, now())
      """, [.uuid(id), .text(service)])
  }

  /// Writes down that a process has dropped what it held of a tenant, and forgets what is a day old.
  /// - Throws: `PostgresError`.
  public func acknowledge(_ event: TenantEvent, by id: UUID) async throws {
    _ = try await pool.tenant(event.tenantID).execute(
      """
      WITH old AS (DELETE FROM key_evictions WHERE tenant_id = $1 AND evicted_at < now() - interval '1 day')
      INSERT INTO key_evictions (tenant_id, holder_id, cause, version)
      SELECT t.id, h.id, $3, $4 FROM key_holders h, tenants t WHERE h.id = $2 AND t.id = $1
      """,
      [
        .uuid(event.tenantID), .uuid(id), .text(event.kind.rawValue), .optional(event.version) { .int4($0) },
      ])
  }

  /// Forgets a process that has dropped everything.
  /// - Throws: `PostgresError`.
  public func leave(_ id: UUID) async throws {
    _ = try await pool.execute("DELETE FROM key_holders WHERE id = $1", [.uuid(id)])
  }

  /// What each process that may hold keys has done about an event.
  /// - Parameters:
  ///   - event: what outdated keys.
  ///   - window: how long ago a process may have been seen: one seen earlier holds nothing any more.
  ///   - time: what was dropped before is another event's doing; nil where there is only one such event.
  /// - Throws: `PostgresError`.
  public func evictions(
    after event: TenantEvent, bySeenWithin window: Duration, since time: Date? = nil
  ) async throws -> [KeyEviction] {
    try await pool.tenant(event.tenantID).execute(
      """
      SELECT h.id, h.service, min(e.evicted_at) AS evicted_at
      FROM key_holders h LEFT JOIN key_evictions e ON e.holder_id = h.id AND e.tenant_id = $1 AND e.cause = $2
        AND e.version IS NOT DISTINCT FROM $3 AND ($4::timestamptz IS NULL OR e.evicted_at >= $4)
      WHERE h.seen_at > now() - make_interval(secs => $5) GROUP BY h.id ORDER BY h.service, h.id
      """,
      [
        .uuid(event.tenantID), .text(event.kind.rawValue), .optional(event.version) { .int4($0) },
        .optional(time) { .timestamp($0) }, .float8(window / .seconds(1)),
      ]
    ).map {
      KeyEviction(
        holderID: try $0.get("id", as: UUID.self), service: try $0.get("service", as: String.self),
        evictedAt: try $0.get("evicted_at", as: Date?.self))
    }
  }
}
