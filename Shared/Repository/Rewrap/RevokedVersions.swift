import FoundationEssentials
import Postgres

/// The key versions of a tenant that are revoked; none is added until the transaction ends.
///
/// A worker may hold a version's key for minutes after it was revoked. What it would save with that was counted as erased.
struct RevokedVersions: Sendable {
  private let versions: Set<Int32>

  init(of tenantID: UUID, in transaction: PostgresTransaction) async throws {
    try await TenantLock.sharedAgainstErasure(tenantID, in: transaction)
    versions = Set(
      try await transaction.execute(
        "SELECT version FROM tenant_keys WHERE tenant_id = $1 AND status = 'revoked'", [.uuid(tenantID)]
      ).map { try $0.get("version", as: Int32.self) })
  }

  /// Fails the rows that are under a revoked version, whatever was made of them.
  func withhold(_ moved: WrappedRows) -> WrappedRows {
    guard !versions.isEmpty else { return moved }
    var rows = moved
    rows.moveKeys { row, _ in versions.contains(row.keyVersion) ? "key_revoked" : nil }
    return rows
  }
}
