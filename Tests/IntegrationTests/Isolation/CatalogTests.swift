import Postgres
import Testing

/// What the database itself says of its tables, functions and roles: a new table that nobody thought about fails here.
@Suite(.enabled(if: TestDatabase.isAvailable)) struct CatalogTests {
  /// Tables that services use and in which nothing is a tenant's.
  static let shared = ["attempt_budgets", "key_holders", "schema_migrations"]

  @Test func `every table that a service may touch is a tenant's by policy, or nobody's`() async throws {
    try await MigratedDatabase.with { database in
      let open = try await database.pool.execute(
        """
        SELECT DISTINCT c.relname::text FROM pg_class c, unnest($1::text[]) AS service
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm') AND NOT c.relrowsecurity
          AND (has_any_column_privilege(service, c.oid, 'SELECT, INSERT, UPDATE')
            OR has_table_privilege(service, c.oid, 'DELETE'))
        ORDER BY 1
        """, [Self.services]
      ).map { try $0[0, as: String.self] }
      #expect(open == Self.shared)
    }
  }

  @Test func `every table with a tenant has row-level security, and a policy for each right on it`() async throws {
    try await MigratedDatabase.with { database in
      let tables = try await database.tenantTables().map(\.name)
      #expect(tables.count >= 19)
      let unprotected = try await database.pool.execute(
        "SELECT relname::text FROM pg_class WHERE relname = ANY ($1) AND NOT relrowsecurity", [.textArray(tables)]
      ).map { try $0[0, as: String.self] }
      #expect(unprotected == [])
      let missing = try await database.pool.execute(
        """
        SELECT name || ' ' || service || ' ' || command FROM unnest($1::text[]) AS name, unnest($2::text[]) AS service,
          unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) AS command
        WHERE CASE command WHEN 'DELETE' THEN has_table_privilege(service, name, command)
            ELSE has_any_column_privilege(service, name, command) END
          AND NOT EXISTS (
            SELECT FROM pg_policies p WHERE p.tablename = name AND p.permissive = 'PERMISSIVE'
              AND p.cmd IN ('ALL', command) AND (p.roles @> '{public}' OR service = ANY (p.roles::text[])))
        """, [.textArray(tables), Self.services]
      ).map { try $0[0, as: String.self] }
      #expect(missing == [])
    }
  }

  @Test func `service roles own nothing, are nobody else and may make nothing`() async throws {
    try await MigratedDatabase.with { database in
      for (what, query) in [
        ("attributes", "SELECT rolname FROM pg_roles WHERE rolname = ANY ($1) AND \(Self.attributes)"),
        ("relations", "SELECT relname FROM pg_class WHERE pg_get_userbyid(relowner) = ANY ($1)"),
        ("functions", "SELECT proname FROM pg_proc WHERE pg_get_userbyid(proowner) = ANY ($1)"),
        ("types", "SELECT typname FROM pg_type WHERE pg_get_userbyid(typowner) = ANY ($1)"),
        ("schemas", "SELECT nspname FROM pg_namespace WHERE pg_get_userbyid(nspowner) = ANY ($1)"),
        ("databases", "SELECT datname FROM pg_database WHERE pg_get_userbyid(datdba) = ANY ($1)"),
        ("memberships", "SELECT roleid FROM pg_auth_members WHERE pg_get_userbyid(member) = ANY ($1)"),
        ("creating", "SELECT s FROM unnest($1) s WHERE has_schema_privilege(s, 'public', 'CREATE')"),
        (
          "the database",
          "SELECT s FROM unnest($1) s WHERE has_database_privilege(s, current_database(), 'CREATE, TEMPORARY')"
        ),
        (
          "tables",
          """
          SELECT relname FROM pg_class, unnest($1) s WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
            AND has_table_privilege(s, pg_class.oid, 'TRUNCATE, REFERENCES, TRIGGER')
          """
        ),
      ] {
        let statement = PostgresStatement(unchecked: query.replacing("$1", with: "$1::text[]"))
        let found = try await database.pool.execute(statement, [Self.services])
        #expect(found.isEmpty, "\(what)")
      }
    }
  }

  @Test func `functions with the owner's rights resolve names their own way, and only for whom they are meant`()
    async throws
  {
    try await MigratedDatabase.with { database in
      let functions = try await database.pool.execute(
        """
        SELECT proname::text, coalesce(proconfig::text[] @> ARRAY['search_path=pg_catalog, pg_temp'], false) AS is_pinned,
          has_function_privilege('public', p.oid, 'EXECUTE') AS is_public,
          ARRAY(SELECT s FROM unnest($1::text[]) s WHERE has_function_privilege(s, p.oid, 'EXECUTE') ORDER BY s) AS users
        FROM pg_proc p WHERE pronamespace = 'public'::regnamespace AND prosecdef
        """, [Self.services])
      var users: [String: [String]] = [:]
      for function in functions {
        let name = try function.get("proname", as: String.self)
        users[name] = try function.get("users", as: [String].self)
        #expect(try function.get("is_pinned", as: Bool.self), "\(name)")
        #expect(try !function.get("is_public", as: Bool.self), "\(name)")
      }
      #expect(users == Self.definers)
    }
  }

  /// Every function with the owner's rights, and who may call it.
  private static let definers = [
    "tenant_of_api_key": ["tenant_kms_api"], "tenant_of_agent": ["tenant_kms_api"],
    "tenant_of_user": ["tenant_kms_api"],
    "tenant_of_rewrap": ["tenant_kms_api", "tenant_kms_worker"], "is_external_id_taken": ["tenant_kms_api"],
    "idle_rewraps": ["tenant_kms_worker"], "idle_rewrap_ranges": ["tenant_kms_worker"],
    "is_any_rewrap_limited": ["tenant_kms_worker"],
    "audit_head": ["tenant_kms_api", "tenant_kms_verifier", "tenant_kms_worker"], "audit_rows": ["tenant_kms_api"],
    "note_api_key_uses": ["tenant_kms_api"], "forget_expired_calls": ["tenant_kms_api"],
  ]
  private static let services = PostgresValue.textArray(ServiceRole.allCases.map(\.rawValue))
  private static let attributes =
    "(rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication)"
}
