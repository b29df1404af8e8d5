import Commands
import FoundationEssentials
import Postgres

extension KeyStore {
  /// Makes a new version the active one, in the caller's transaction, with all that follows from any such change: the
  /// old one is retired, the open rewrap job gives way to a new one, and every process hears of it.
  ///
  /// The caller holds the tenant's lock exclusively.
  /// - Returns: the new rewrap job.
  /// - Throws: ``RepositoryError`` with `keyVersionMoved` unless the version is the tenant's next.
  static func activate(
    _ key: NewKeyVersion, of tenantID: UUID, at time: Date, in transaction: PostgresTransaction
  ) async throws -> UUID {
    let leaseID = UUID.v7(at: time)
    guard try await apply(.retire, to: key.version - 1, of: tenantID, in: transaction) else {
      throw RepositoryError(.keyVersionMoved)
    }
    try await insert(key, of: tenantID, in: transaction)
    try await RewrapStore.enqueue(leaseID, to: key.version, of: tenantID, at: time, in: transaction)
    try await Outbox.add(
      TenantEvent(.keyRotated, of: tenantID, version: key.version), of: tenantID, in: transaction)
    return leaseID
  }

  /// Locks the tenant's configuration, if there is one, to the end of the transaction: nobody seals the tenant meanwhile.
  ///
  /// Whoever seals takes this lock before that of a rewrap job, so everybody has to.
  @discardableResult
  static func lockConfiguration(
    of tenantID: UUID, in transaction: PostgresTransaction
  ) async throws -> (exists: Bool, isSealed: Bool) {
    let row = try await transaction.execute(
      "SELECT sealed_since FROM tenant_kms_configs WHERE tenant_id = $1 FOR UPDATE", [.uuid(tenantID)]
    ).first
    return (row != nil, try row?.get("sealed_since", as: Date?.self) != nil)
  }

  /// Locks the configuration of a tenant whose keys must be usable, likewise.
  /// - Throws: ``RepositoryError`` with `noConfiguration` or `tenantSealed`.
  static func lockUnsealedConfiguration(of tenantID: UUID, in transaction: PostgresTransaction) async throws {
    let configuration = try await lockConfiguration(of: tenantID, in: transaction)
    guard configuration.exists else { throw RepositoryError(.noConfiguration) }
    guard !configuration.isSealed else { throw RepositoryError(.tenantSealed) }
  }

  /// Makes sure that the platform wraps the tenant's keys; who holds the tenant's lock has it stay so.
  /// - Throws: ``RepositoryError`` with `configurationExists`.
  static func demandNoConfiguration(of tenantID: UUID, in transaction: PostgresTransaction) async throws {
    guard try await !lockConfiguration(of: tenantID, in: transaction).exists else {
      throw RepositoryError(.configurationExists)
    }
  }
}
