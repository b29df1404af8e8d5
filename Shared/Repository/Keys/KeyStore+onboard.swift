import Commands
public import FoundationEssentials
import JSON
import Postgres

extension KeyStore {
  /// Makes a verified key the one that wraps: everything that onboarding changes, in one transaction.
  ///
  /// Upserts the configuration, retires the active version, inserts the new one, supersedes the open rewrap job,
  /// creates a new one and its `rewrap.start` in the outbox, tells every process, and appends to the audit chain. Waits
  /// for the tenant's writes in flight, whose values the new job will find.
  /// - Parameters:
  ///   - key: wrapped by the probe; its version must be the tenant's next.
  ///   - provider: the key that wrapped it, and how to get at that.
  ///   - tenantID: whose.
  ///   - actorID: who asked.
  ///   - time: now.
  /// - Returns: the new rewrap job.
  /// - Throws: ``RepositoryError`` with `keyVersionMoved`, also where there is no such tenant, or `externalIDInUse`;
  ///   `PostgresError`.
  public func onboard(
    _ key: NewKeyVersion, under provider: ProviderKey, of tenantID: UUID, actorID: String, at time: Date
  ) async throws -> UUID {
    try await pool.tenant(tenantID).withTransaction { transaction in
      try await TenantLock.exclusive(tenantID, in: transaction)
      let isSealed = try await Self.lockConfiguration(of: tenantID, in: transaction).isSealed
      let leaseID = try await Self.activate(key, of: tenantID, at: time, in: transaction)
      try await Self.claimExternalID(of: provider, for: tenantID, in: transaction)
      _ = try await transaction.execute(
        """
        INSERT INTO tenant_kms_configs (tenant_id, provider, kms_key_ref, config, last_verified_at)
        VALUES ($1, $2, $3, $4, now())
        ON CONFLICT (tenant_id) DO UPDATE SET provider = excluded.provider, kms_key_ref = excluded.kms_key_ref,
          config = excluded.config, last_verified_at = now(), last_verify_error = NULL, sealed_since = NULL,
          degraded_since = NULL, next_check_at = DEFAULT, updated_at = now()
        """,
        [
          .uuid(tenantID), .text(provider.name), .text(provider.keyReference),
          .json(provider.configuration.canonicalBytes),
        ])
      if isSealed { try await Outbox.add(TenantEvent(.tenantUnsealed, of: tenantID), of: tenantID, in: transaction) }
      try await AuditChain.append(
        AuditEntry(
          of: tenantID, actorID: actorID, action: "byok.kms.onboard", key: key.id,
          details: [
            "provider": .string(provider.name), "kms_key_ref": .string(provider.keyReference),
            "wrapping_key": .string(provider.wrappingKey), "version": .number(Double(key.version)),
            "rewrap_lease_id": .string(leaseID.text),
          ]), at: time, in: transaction)
      return leaseID
    }
  }

  private static func claimExternalID(
    of provider: ProviderKey, for tenantID: UUID, in transaction: PostgresTransaction
  ) async throws {
    guard let externalID = provider.configuration["external_id"]?.string else { return }
    let answers = try await transaction.pipeline([
      (
        "INSERT INTO external_id_claims (external_id, tenant_id) VALUES ($1, $2) ON CONFLICT (external_id) DO NOTHING",
        [.text(externalID), .uuid(tenantID)]
      ),
      (
        "SELECT 1 FROM external_id_claims WHERE external_id = $1 AND tenant_id = $2",
        [.text(externalID), .uuid(tenantID)]
      ),
    ])
    guard !answers[1].isEmpty else { throw RepositoryError(.externalIDInUse) }
  }

  /// Whether another tenant has proven this external ID: asked before the cloud is, so that the answer comes cheap.
  public func isExternalIDTaken(_ externalID: String, by other: UUID) async throws -> Bool {
    try await pool.execute(
      "SELECT is_external_id_taken($1, by_other_than => $2)", [.text(externalID), .uuid(other)]
    )[0][0, as: Bool.self]
  }
}
