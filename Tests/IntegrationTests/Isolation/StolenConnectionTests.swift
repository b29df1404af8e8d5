import Foundation
import JSON
import Postgres
import Repository
import Testing

/// What somebody can do who has a service's database login.
@Suite(.enabled(if: TestDatabase.isAvailable)) struct StolenConnectionTests {
  /// What works across tenants by nature, and so shows rows of all of them.
  static let exceptions: [ServiceRole: Set<String>] = [
    .api: ["outbox"], .verifier: ["tenant_kms_configs", "tenant_keys"], .worker: [],
  ]

  @Test func `shows no tenant's row while no tenant is named, and then that one's only`() async throws {
    try await MigratedDatabase.withStolenConnections { database, tenants, connections in
      let tables = try await database.tenantTables()
      for (role, connection) in connections {
        for table in tables where try await database.may(role, read: table.name) {
          let count = PostgresStatement(unchecked: "SELECT count(*) FROM \(table.name)")
          let total = try await database.count(count)
          #expect(total >= 2, "\(table.name) proves something")
          // One of the deployment's own rows would be no tenant's.
          let isExcepted = Self.exceptions[role]?.contains(table.name) ?? false
          try await connection.setTenant(nil)
          let unnamed = try await connection.execute(count)[0][0, as: Int64.self]
          #expect(isExcepted ? unnamed > 0 : unnamed == 0, "\(role) \(table.name)")

          try await connection.setTenant(tenants.mine)
          let own = try await database.count(
            PostgresStatement(unchecked: "SELECT count(*) FROM \(table.name) WHERE \(table.tenant) = $1"),
            [.uuid(tenants.mine)])
          let named = try await connection.execute(count)[0][0, as: Int64.self]
          #expect(own > 0)
          #expect(isExcepted ? named >= own : named == own, "\(role) \(table.name)")
        }
      }
    }
  }

  @Test func `changes no other tenant's row, whatever it asks for`() async throws {
    try await MigratedDatabase.withStolenConnections { database, tenants, connections in
      let before = try await database.fingerprint()
      let changes: [(ServiceRole, PostgresStatement)] = [
        (.api, "UPDATE secret_values SET payload = '' WHERE tenant_id = $1"),
        (.api, "DELETE FROM secrets WHERE tenant_id = $1"),
        (.api, "UPDATE api_keys SET revoked_at = now() WHERE tenant_id = $1"),
        (.api, "UPDATE users SET password_hash = '$scrypt$' WHERE tenant_id = $1"),
        (.api, "UPDATE tenant_keys SET status = 'retired' WHERE tenant_id = $1"),
        (.api, "DELETE FROM tenant_kms_configs WHERE tenant_id = $1"),
        (.worker, "UPDATE secret_values SET key_version = 9 WHERE tenant_id = $1"),
        (.worker, "UPDATE rewrap_jobs SET status = 'completed' WHERE tenant_id = $1"),
        (.worker, "UPDATE tenant_kms_configs SET last_verify_error = 'x' WHERE tenant_id = $1"),
        (.verifier, "UPDATE rewrap_jobs SET status = 'completed' WHERE tenant_id = $1"),
      ]
      for (role, statement) in changes {
        let connection = try #require(connections[role])
        try await connection.setTenant(tenants.mine)
        #expect(try await connection.execute(statement, [.uuid(tenants.others)]).affectedRows == 0, "\(statement.sql)")
      }
      for connection in connections.values {
        await connection.expectRefused(
          "INSERT INTO outbox (tenant_id, message_id, name, body) VALUES ($1, gen_random_uuid(), 'x', '')",
          [.uuid(tenants.others)])
      }
      let api = try #require(connections[.api])
      await api.expectRefused("UPDATE api_keys SET scopes = NULL WHERE tenant_id = $1", [.uuid(tenants.mine)])
      await api.expectRefused("UPDATE secrets SET tenant_id = $1", [.uuid(tenants.others)])
      #expect(try await database.fingerprint() == before)
    }
  }

  @Test(arguments: ServiceRole.allCases)
  func `can't become another role, change the schema or switch its policies off`(_ role: ServiceRole) async throws {
    try await MigratedDatabase.withStolenConnections { database, tenants, connections in
      let connection = try #require(connections[role])
      let before = try await database.fingerprint()
      for statement: PostgresStatement in [
        "SET ROLE postgres", "SET SESSION AUTHORIZATION postgres", "CREATE ROLE thief", "CREATE TABLE mine (id int)",
        "CREATE TEMPORARY TABLE tenants (id uuid)", "CREATE SCHEMA mine", "DROP TABLE secrets",
        "ALTER TABLE tenant_kms_configs DISABLE ROW LEVEL SECURITY", "DROP POLICY tenant ON tenant_kms_configs",
        "CREATE POLICY all_of_it ON tenant_kms_configs USING (true)",
        "ALTER FUNCTION current_tenant() SECURITY DEFINER", "TRUNCATE secrets CASCADE",
        "ALTER TABLE audit_log_critical DISABLE TRIGGER ALL", "SET session_replication_role = 'replica'",
        "SELECT pg_read_file('postgresql.conf')", "SELECT rolpassword FROM pg_authid",
      ] { await connection.expectRefused(statement) }
      // This asks for an error where policies would hide rows, and not for the rows.
      try await connection.execute("SET row_security = off")
      let table = role == .verifier ? "rewrap_jobs" : "tenant_kms_configs"
      await connection.expectRefused(PostgresStatement(unchecked: "SELECT * FROM \(table)"))
      #expect(try await database.fingerprint() == before)
    }
  }

  @Test(arguments: ServiceRole.allCases)
  func `writes the audit chain by appending its tenant's rows, and no other way`(_ role: ServiceRole) async throws {
    try await MigratedDatabase.withStolenConnections { database, tenants, connections in
      let connection = try #require(connections[role])
      try await connection.setTenant(tenants.mine)
      for statement: PostgresStatement in [
        "UPDATE audit_log_critical SET actor_id = 'nobody'", "DELETE FROM audit_log_critical",
        "TRUNCATE audit_log_critical", "UPDATE audit_log SET action = 'nothing'", "DELETE FROM audit_log",
      ] { await connection.expectRefused(statement) }
      let entry = { (tenant: UUID?) in
        AuditEntry(
          tenantID: tenant, actorID: "thief", action: "byok.kms.seal", resourceType: "tenant_kms", resourceID: "x",
          details: [:])
      }
      for tenant in [tenants.others, nil] {
        await #expect(throws: PostgresError.self) {
          try await connection.withTransaction {
            try await AuditChain.append(entry(tenant), at: MigratedDatabase.now, in: $0)
          }
        }
      }
      try await connection.withTransaction {
        try await AuditChain.append(entry(tenants.mine), at: MigratedDatabase.now, in: $0)
      }
      #expect(try await database.audit.verify().isIntact)
    }
  }

  @Test(arguments: [ServiceRole.verifier, .worker])
  func `reads no credential and no payload that its service has no use for`(_ role: ServiceRole) async throws {
    try await MigratedDatabase.withStolenConnections { _, tenants, connections in
      let connection = try #require(connections[role])
      try await connection.setTenant(tenants.mine)
      for statement: PostgresStatement in [
        "SELECT password_hash FROM users", "SELECT secret_hash FROM api_keys", "SELECT secret_hash FROM agents",
        "SELECT payload FROM secret_values", "SELECT * FROM secret_values", "SELECT name FROM secrets",
        "SELECT details FROM audit_log_critical", "SELECT body FROM outbox", "SELECT tenant_of_user('a@example.com')",
        "SELECT audit_rows(1, 10)", "SELECT note_api_key_uses('{}', '{}')", "SELECT forget_expired_calls(1)",
        "SELECT external_id FROM external_id_claims",
      ] { await connection.expectRefused(statement) }
    }
  }
}

extension PostgresConnection {
  /// Expects a statement to fail for want of a right.
  func expectRefused(
    _ statement: PostgresStatement, _ parameters: [PostgresValue] = [],
    sourceLocation: SourceLocation = #_sourceLocation
  ) async {
    do {
      try await execute(statement, parameters)
      Issue.record("allowed: \(statement.sql)", sourceLocation: sourceLocation)
    } catch {
      #expect(
        (error as? PostgresError)?.sqlState == .insufficientPrivilege, "\(statement.sql): \(error)",
        sourceLocation: sourceLocation)
    }
  }
}
