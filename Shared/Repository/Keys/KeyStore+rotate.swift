public import FoundationEssentials
import JSON
import Postgres

extension KeyStore {
  /// Replaces the tenant's master key by a new one under the same configuration: everything that a rotation changes, in
  /// one transaction. A rewrap that runs is superseded.
  /// - Parameters:
  ///   - key: wrapped under the current configuration; its version must be the tenant's next.
  ///   - tenantID: whose.
  ///   - actorID: who asked.
  ///   - time: now.
  /// - Returns: the new rewrap job.
  /// - Throws: ``RepositoryError`` with `noConfiguration`, `tenantSealed`, or `keyVersionMoved` where another change of
  ///   the key came first; `PostgresError`.
  public func rotate(
    to key: NewKeyVersion, of tenantID: UUID, actorID: String, at time: Date
  ) async throws -> UUID {
    try await pool.tenant(tenantID).withTransaction { transaction in
      try await TenantLock.exclusive(tenantID, in: transaction)
      try await Self.lockUnsealedConfiguration(of: tenantID, in: transaction)
      let leaseID = try await Self.activate(key, of: tenantID, at: time, in: transaction)
      try await AuditChain.append(
        AuditEntry(
          of: tenantID, actorID: actorID, action: "byok.kms.rotate", key: key.id,
          details: [
            "version": .number(Double(key.version)), "rewrap_lease_id": .string(leaseID.uuidString.lowercased()),
            "wrapping_key": key.wrapping.provider.map { .string($0.wrappingKey) } ?? .null,
          ]), at: time, in: transaction)
      return leaseID
    }
  }
}

extension AuditEntry {
  /// An entry about a version of a tenant's master key.
  init(of tenantID: UUID, actorID: String, action: String, key: UUID, details: JSONValue) {
    self.init(
      tenantID: tenantID, actorID: actorID, action: action, resourceType: "tenant_key",
      resourceID: key.uuidString.lowercased(), details: details)
  }
}
