public import FoundationEssentials
import JSON
import Postgres

extension SecretStore {
  /// Changes a secret's settings; its values stay as they are.
  /// - Returns: the secret as it is now, or nil where there is none.
  /// - Throws: ``RepositoryError`` with `nameTaken`; `PostgresError`. Nothing was changed then.
  public func change(
    _ id: UUID, of tenantID: UUID, to change: SecretChange, at time: Date
  ) async throws -> Secret? {
    do {
      return try await pool.withTransaction { transaction in
        let row = try await transaction.execute(
          """
          UPDATE secrets SET name = coalesce($3, name),
            collection_id = CASE WHEN $4 THEN $5::uuid ELSE collection_id END,
            expires_at = CASE WHEN $6 THEN $7::timestamptz ELSE expires_at END,
            strict_expiry_enforcement = coalesce($8, strict_expiry_enforcement)
          WHERE tenant_id = $1 AND id = $2
          RETURNING id, name, secret_type, base_environment, collection_id, expires_at, strict_expiry_enforcement,
            created_at
          """,
          [
            .uuid(tenantID), .uuid(id), .optional(change.name.value) { .text($0) }, .bool(change.collectionID.isSet),
            .optional(change.collectionID.value ?? nil) { .uuid($0) }, .bool(change.expiresAt.isSet),
            .optional(change.expiresAt.value ?? nil) { .timestamp($0) },
            .optional(change.isExpiryStrict.value) { .bool($0) },
          ]
        ).first
        guard let row else { return nil }
        let secret = try Secret(row)
        try await AuditLog.append(
          AuditEntry("secret.update", "secret", id, of: tenantID, ["name": .string(secret.name)]), at: time,
          in: transaction)
        return secret
      }
    } catch let error as PostgresError where error.sqlState == .uniqueViolation {
      throw RepositoryError(.nameTaken)
    }
  }
}
