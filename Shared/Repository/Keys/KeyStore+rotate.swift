import Commands
public import FoundationEssentials
import JSON
import Postgres

extension KeyStore {
  /// Replaces the tenant's master key by a new one, under the same configuration or, for a tenant that has none, under
  /// the platform's wrapping: everything that a rotation changes, in one transaction. A rewrap that runs is superseded.
  /// - Parameters:
  ///   - key: wrapped under the current configuration, or by the platform; its version must be the tenant's next.
  ///   - tenantID: whose.
  ///   - actorID: who asked.
  ///   - time: now.
  /// - Returns: the new rewrap job.
  /// - Throws: ``RepositoryError`` with `noConfiguration` or `tenantSealed`, or, for a key that the platform wrapped, with
  ///   `configurationExists`; with `keyVersionMoved` where another change of the key came first; `PostgresError`.
  public func rotate(
    to key: NewKeyVersion, of tenantID: UUID, actorID: String, at time: Date
  ) async throws -> UUID {
    try await pool.tenant(tenantID).withTransaction { transaction in
      try await TenantLock.exclusive(tenantID, in: transaction)
      if key.wrapping.method == .customerKMS {
        try await Self.lockUnsealedConfiguration(of: tenantID, in: transaction)
      } else {
        try await Self.demandNoConfiguration(of: tenantID, in: transaction)
      }
      let leaseID = try await Self.activate(key, of: tenantID, at: time, in: transaction)
      try await AuditChain.append(
        AuditEntry(
          of: tenantID, actorID: actorID, action: "byok.kms.rotate", key: key.id,
          details: [
            "version": .number(Double(key.version)), "rewrap_lease_id": .string(leaseID.text),
            "wrap_method": .string(key.wrapping.method.rawValue),
            // The tenant reads this, and the platform's own keys are not its business.
            "wrapping_key": key.wrapping.customerKey.map { .string($0.wrappingKey) } ?? .null,
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
      resourceID: key.text, details: details)
  }
}
