import Commands
public import FoundationEssentials
public import JSON
import Postgres

extension GrantStore {
  /// The database's time: what seals, sessions and evictions are dated by.
  /// - Throws: `PostgresError`.
  public func databaseTime() async throws -> Date {
    try await pool.execute("SELECT clock_timestamp() AS time", [])[0].get("time", as: Date.self)
  }

  /// When the last of the tenant's sessions ends that hadn't at a time, or nil where none was left.
  /// - Throws: `PostgresError`.
  public func lastSessionEnd(of tenantID: UUID, after time: Date) async throws -> Date? {
    try await pool.tenant(tenantID).execute(
      "SELECT max(expires_at) AS last FROM agent_sessions WHERE tenant_id = $1 AND expires_at > $2",
      [.uuid(tenantID), .timestamp(time)])[0].get("last", as: Date?.self)
  }

  /// Writes down in the audit chain that a drill took place, and what came of it.
  /// - Throws: `PostgresError`.
  public func recordDrill(_ details: JSONValue, of tenantID: UUID, by actorID: String, at time: Date) async throws {
    try await pool.tenant(tenantID).withTransaction { transaction in
      try await AuditChain.append(
        AuditEntry(
          tenantID: tenantID, actorID: actorID, action: "byok.kms.drill", resourceType: "tenant_kms",
          resourceID: tenantID.text, details: details), at: time, in: transaction)
    }
  }
}
