import Commands
public import FoundationEssentials
import JSON
import Postgres

extension KeyStore {
  /// Takes the tenant back to the platform's wrapping, in one transaction: the configuration is removed, and a new
  /// version becomes active to which everything is rewrapped. The older versions keep what unwraps them.
  /// - Parameters:
  ///   - key: wrapped by the platform; its version must be the tenant's next.
  ///   - tenantID: whose.
  ///   - actorID: who asked.
  ///   - time: now.
  /// - Returns: the new rewrap job.
  /// - Throws: ``RepositoryError`` with `noConfiguration`, `tenantSealed` (nothing could be rewrapped), or
  ///   `keyVersionMoved` where another change of the key came first; `PostgresError`.
  public func removeConfiguration(
    replacingKeyBy key: NewKeyVersion, of tenantID: UUID, actorID: String, at time: Date
  ) async throws -> UUID {
    try await pool.tenant(tenantID).withTransaction { transaction in
      try await TenantLock.exclusive(tenantID, in: transaction)
      try await Self.lockUnsealedConfiguration(of: tenantID, in: transaction)
      let leaseID = try await Self.activate(key, of: tenantID, at: time, in: transaction)
      try await Self.deleteConfiguration(of: tenantID, in: transaction)
      try await AuditChain.append(
        AuditEntry(
          of: tenantID, actorID: actorID, action: "byok.kms.remove", key: key.id,
          details: [
            "version": .number(Double(key.version)), "rewrap_lease_id": .string(leaseID.text),
          ]), at: time, in: transaction)
      return leaseID
    }
  }

  static func deleteConfiguration(of tenantID: UUID, in transaction: PostgresTransaction) async throws {
    _ = try await transaction.execute("DELETE FROM tenant_kms_configs WHERE tenant_id = $1", [.uuid(tenantID)])
  }
}
