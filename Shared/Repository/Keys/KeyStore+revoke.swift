import Commands
public import FoundationEssentials
import JSON
import Postgres

extension KeyStore {
  /// Wipes the wrapped bytes of a key version, in one transaction: nobody can ever read again what is still wrapped under
  /// it. Waits for the tenant's writes and rewraps in flight, so that the count is exact and nothing escapes.
  ///
  /// A tenant always has an active version: where the active one is erased, `replacement` takes its place, and a
  /// configuration that is sealed, so that it could not wrap one, is removed. Revoking a version that is revoked already
  /// changes nothing, and has every process told again.
  /// - Parameters:
  ///   - order: what, by whom, and with what confirmation.
  ///   - replacement: the tenant's next version, needed only where the active one is erased; nil to find that out.
  ///   - tenantID: whose.
  ///   - time: now.
  /// - Throws: ``RepositoryError`` with `noSuchTenant`, `confirmationMismatch`, `noSuchVersion`; `versionActive` or
  ///   `rowsRemaining` unless the order erases; `replacementNeeded` where it is, or `keyVersionMoved` where it isn't the
  ///   next version; `PostgresError`.
  public func revoke(
    _ order: KeyRevocationOrder, replacement: NewKeyVersion?, of tenantID: UUID, at time: Date
  ) async throws -> KeyRevocation {
    try await pool.tenant(tenantID).withTransaction { transaction in
      try await TenantLock.exclusive(tenantID, in: transaction)
      try await TenantLock.exclusiveForErasure(tenantID, in: transaction)
      let (keyID, status) = try await Self.find(order, of: tenantID, in: transaction)
      if status == .active, !order.erases { throw RepositoryError(.versionActive) }
      let rows = try await Self.rowsWrapped(under: order.version, of: tenantID, in: transaction)
      if rows > 0, !order.erases, status != .revoked { throw RepositoryError(.rowsRemaining(rows)) }
      var leaseID: UUID?
      if status == .active {
        leaseID = try await Self.replaceActive(by: replacement, of: tenantID, at: time, in: transaction)
      }
      try await Outbox.add(
        TenantEvent(.keyRevoked, of: tenantID, version: order.version), of: tenantID, in: transaction)
      if try await Self.apply(.revoke, to: order.version, of: tenantID, in: transaction) {
        try await AuditChain.append(
          AuditEntry(
            of: tenantID, actorID: order.actorID, action: "byok.kms.revoke", key: keyID,
            details: [
              "version": .number(Double(order.version)), "rows_erased": .number(Double(rows)),
              "new_version": leaseID.flatMap { _ in replacement }.map { .number(Double($0.version)) } ?? .null,
              "rewrap_lease_id": leaseID.map { .string($0.text) } ?? .null,
            ]), at: time, in: transaction)
      }
      return KeyRevocation(rowsErased: rows, leaseID: leaseID)
    }
  }

  private static func find(
    _ order: KeyRevocationOrder, of tenantID: UUID, in transaction: PostgresTransaction
  ) async throws -> (id: UUID, status: KeyVersion.Status) {
    let tenant = try await transaction.execute("SELECT slug FROM tenants WHERE id = $1", [.uuid(tenantID)]).first
    guard let tenant else { throw RepositoryError(.noSuchTenant) }
    guard try tenant.get("slug", as: String.self) == order.confirmation else {
      throw RepositoryError(.confirmationMismatch)
    }
    let key = try await transaction.execute(
      "SELECT id, status FROM tenant_keys WHERE tenant_id = $1 AND version = $2",
      [.uuid(tenantID), .int4(order.version)]
    ).first
    guard let key else { throw RepositoryError(.noSuchVersion) }
    return (try key.get("id", as: UUID.self), try KeyVersion.decode(key, "status"))
  }

  private static func rowsWrapped(
    under version: Int32, of tenantID: UUID, in transaction: PostgresTransaction
  ) async throws -> Int64 {
    var count: Int64 = 0
    for table in RewrapTable.all {
      count += try await transaction.execute(
        table.statement("SELECT count(*) FROM TABLE WHERE tenant_id = $1 AND key_version = $2"),
        [.uuid(tenantID), .int4(version)])[0].get("count", as: Int64.self)
    }
    return count
  }

  private static func replaceActive(
    by replacement: NewKeyVersion?, of tenantID: UUID, at time: Date, in transaction: PostgresTransaction
  ) async throws -> UUID {
    guard let replacement else { throw RepositoryError(.replacementNeeded) }
    let isSealed = try await lockConfiguration(of: tenantID, in: transaction).isSealed
    let removesConfiguration = replacement.wrapping.method != .customerKMS
    if removesConfiguration { try await deleteConfiguration(of: tenantID, in: transaction) }
    let leaseID = try await activate(replacement, of: tenantID, at: time, in: transaction)
    if isSealed, removesConfiguration {
      try await Outbox.add(TenantEvent(.tenantUnsealed, of: tenantID), of: tenantID, in: transaction)
    }
    return leaseID
  }
}
