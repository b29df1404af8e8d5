import Commands
public import FoundationEssentials
import JSON
import Postgres

extension SecretStore {
  /// Writes into the audit chain that somebody is about to see a value; only then may they.
  /// - Parameters:
  ///   - secretID: whose value.
  ///   - environment: in which environment.
  ///   - valueVersion: which version of it.
  ///   - tenantID: of which tenant.
  ///   - actorID: who asked.
  ///   - time: now.
  /// - Throws: `PostgresError`; the value must not be shown then.
  public func recordReveal(
    of secretID: UUID, in environment: String, valueVersion: Int32, of tenantID: UUID, actorID: String, at time: Date
  ) async throws {
    try await pool.tenant(tenantID).withTransaction { transaction in
      try await AuditChain.append(
        AuditEntry(
          tenantID: tenantID, actorID: actorID, action: "secret.reveal", resourceType: "secret",
          resourceID: secretID.text,
          details: ["environment": .string(environment), "value_version": .number(Double(valueVersion))]),
        at: time, in: transaction)
    }
  }
}
