import FoundationEssentials
import Postgres

/// Who the API is to its database, and when.
struct DatabaseLogin: Sendable {
  let name: String
  let serverVersion: String
  /// Whether row-level security doesn't bind it: it may do anything, or owns the tables.
  let isUnbound: Bool
  /// Whether it has the rights that the API needs.
  let isMember: Bool
  /// By how much the server's clock is ahead of this one, give or take half of the time that asking took.
  let clockSkew: Duration

  /// Asks the server.
  /// - Throws: `PostgresError`.
  init(of connection: PostgresConnection) async throws {
    let asked = Date()
    let row = try await connection.execute(
      """
      SELECT current_user::text AS name, current_setting('server_version') AS version, clock_timestamp() AS now,
        r.rolsuper OR r.rolbypassrls OR EXISTS (
          SELECT FROM pg_class c WHERE c.oid = to_regclass('tenants') AND pg_has_role(r.oid, c.relowner, 'USAGE')
        ) AS is_unbound,
        EXISTS (
          SELECT FROM pg_roles g WHERE g.rolname = 'tenant_kms_api' AND pg_has_role(r.oid, g.oid, 'USAGE')
        ) AS is_member
      FROM pg_roles r WHERE r.rolname = current_user
      """)[0]
    let answered = Date()
    name = try row.get("name", as: String.self)
    serverVersion = try row.get("version", as: String.self)
    isUnbound = try row.get("is_unbound", as: Bool.self)
    isMember = try row.get("is_member", as: Bool.self)
    let middle = asked.addingTimeInterval(answered.timeIntervalSince(asked) / 2)
    clockSkew = .seconds(try row.get("now", as: Date.self).timeIntervalSince(middle))
  }

  var finding: Finding {
    let advice = "let DATABASE_URL name a member of tenant_kms_api alone: compose/postgres/roles.sql makes one"
    return if isUnbound {
      .failed("login", "\(name) owns the tables or may do anything: no row-level security binds it", advice: advice)
    } else if !isMember {
      .failed("login", "\(name) is no member of tenant_kms_api", advice: advice)
    } else {
      .ok("login", "\(name), whom row-level security binds")
    }
  }
}
