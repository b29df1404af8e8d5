import AgentSession
import Foundation
import Postgres
import Repository
import Testing

extension MigratedDatabase {
  /// Two tenants of whom every table has something, and connections of each service's role, as a thief has them.
  static func withStolenConnections(
    _ body: (MigratedDatabase, (mine: UUID, others: UUID), [ServiceRole: PostgresConnection]) async throws -> Void
  ) async throws {
    try await MigratedDatabase.with { database in
      let tenants = (mine: try await database.makeFurnishedTenant(), others: try await database.makeFurnishedTenant())
      var connections: [ServiceRole: PostgresConnection] = [:]
      for role in ServiceRole.allCases {
        let url = try await database.database.makeLogin("\(role)", in: [role.rawValue])
        connections[role] = try await PostgresConnection.connect(PostgresConfiguration(url: url))
      }
      try await body(database, tenants, connections)
      for connection in connections.values { await connection.close() }
    }
  }

  /// Makes a tenant with rows in every table that a tenant has rows in.
  func makeFurnishedTenant() async throws -> UUID {
    let tenant = try await makeTenant()
    try await makeSecrets(2, of: tenant)
    try await rewraps.setLimit(1_000, of: tenant)
    let cursor = try await plannedCursor(tenant)
    let agent = try await makeSeenAgent(of: tenant)
    try await agents.issue(.sample(activeVersion: 1), to: agent)
    let password = PasswordHash.decoy()
    try await users.open(.sample(), of: try await makeUser(of: tenant, password: password), password: password)
    let rest: [PostgresStatement] = [
      "INSERT INTO rewrap_failures SELECT $2, 1, gen_random_uuid(), 1, 0, 'test' WHERE $1::uuid IS NOT NULL",
      "INSERT INTO key_evictions SELECT $1, gen_random_uuid(), 'key.revoked', 0 WHERE $2::uuid IS NOT NULL",
      """
      INSERT INTO transit_keys (tenant_id, id, name, key_type, mode, current_version, created_at, updated_at)
      SELECT $1, $2, 'key', 'aes256-gcm', 'cloud-only', 1, now(), now()
      """,
      """
      INSERT INTO transit_key_versions SELECT $1, gen_random_uuid(), $2, 1, 1, sha512('') || '12345', sha512('') || '12345',
        now()
      """,
      "INSERT INTO key_uses SELECT $1, $2, 1",
      """
      INSERT INTO idempotency_keys (tenant_id, principal, key_code, request_code, attempt, claimed_until, expires_at)
      SELECT $1, 'key', sha256(day::text::bytea), sha256(''), $2, now(), now() + day * interval '1 day'
      FROM unnest(ARRAY[1, -1]) AS day
      """,
      """
      INSERT INTO agent_tamper_events
      SELECT tenant_id, id, 'fingerprint_mismatch', sha256(''), 1, now(), now() FROM agents
      WHERE tenant_id = $1 AND $2::uuid IS NOT NULL
      """,
    ]
    for statement in rest { try await pool.execute(statement, [.uuid(tenant), .uuid(cursor.jobID)]) }
    return tenant
  }

  /// The tables that have rows of tenants, each with how a row says whose it is.
  func tenantTables() async throws -> [(name: String, tenant: String)] {
    try await pool.execute(
      """
      SELECT c.relname::text AS name, CASE WHEN c.relname = 'tenants' THEN 'id'
        WHEN EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id') THEN 'tenant_id'
        WHEN EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'job_id')
          THEN '(SELECT j.tenant_id FROM rewrap_jobs j WHERE j.id = job_id)' END AS tenant
      FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') ORDER BY 1
      """
    ).compactMap { row in
      try row.get("tenant", as: String?.self).map { (try row.get("name", as: String.self), $0) }
    }
  }

  /// Whether a role may read anything of a table.
  func may(_ role: ServiceRole, read table: String) async throws -> Bool {
    try await pool.execute(
      "SELECT has_any_column_privilege($1, $2, 'SELECT')", [.text(role.rawValue), .text(table)])[0][0, as: Bool.self]
  }
}

extension PostgresConnection {
  /// Says whose rows the session is about from now on.
  func setTenant(_ tenant: UUID?) async throws {
    try await execute(
      "SELECT set_config('tenant_kms.tenant_id', $1, false)", [.text(tenant?.uuidString ?? "")])
  }
}
