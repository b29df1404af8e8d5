import FoundationEssentials
import Postgres

extension KeyStore {
  /// Moves a version of a tenant's key, in the caller's transaction, if it is where the transition starts.
  /// - Returns: whether it was.
  static func apply(
    _ transition: KeyVersionTransition, to version: Int32, of tenantID: UUID, in transaction: PostgresTransaction
  ) async throws -> Bool {
    let moved = try await transaction.execute(
      """
      UPDATE tenant_keys SET status = $4,
        retired_at = CASE WHEN $4 = 'retired' THEN now() ELSE retired_at END,
        revoked_at = CASE WHEN $4 = 'revoked' THEN now() ELSE revoked_at END,
        wrapped_key = CASE WHEN $4 = 'revoked' THEN NULL ELSE wrapped_key END
      WHERE tenant_id = $1 AND version = $2 AND status = $3
      """,
      [.uuid(tenantID), .int4(version), .text(transition.from.rawValue), .text(transition.to.rawValue)])
    return moved.affectedRows == 1
  }
}
