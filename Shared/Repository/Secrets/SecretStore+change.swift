public import FoundationEssentials
import JSON
import Postgres

extension SecretStore {
  /// Writes the value of a secret in one environment, which comes into being where it doesn't exist.
  ///
  /// The secret is locked meanwhile: of two writes at once the later stands, and each moves the version by one.
  /// - Parameters:
  ///   - id: which secret.
  ///   - environment: nil for the secret's base environment.
  ///   - tenantID: whose.
  ///   - keyVersion: what `encrypt` wraps under.
  ///   - time: now.
  ///   - encrypt: given the row and the version that the value will have. It runs while the transaction is open.
  /// - Returns: what was written, or nil where there is no such secret.
  /// - Throws: what `encrypt` throws; ``RepositoryError`` with `keyVersionMoved` where `keyVersion` is no longer active:
  ///   encrypt under the new one and retry; `PostgresError`. Nothing was written then.
  public func setValue(
    of id: UUID, in environment: String?, of tenantID: UUID, under keyVersion: Int32, at time: Date,
    encrypt: (_ row: UUID, _ valueVersion: Int32) throws -> EncryptedValue
  ) async throws -> (name: String, environment: String, valueVersion: Int32)? {
    try await pool.tenant(tenantID).withTransaction { transaction in
      guard try await TenantLock.shared(tenantID, in: transaction) == keyVersion else {
        throw RepositoryError(.keyVersionMoved)
      }
      let secret = try await transaction.execute(
        "SELECT name, base_environment FROM secrets WHERE tenant_id = $1 AND id = $2 FOR NO KEY UPDATE",
        [.uuid(tenantID), .uuid(id)]
      ).first
      guard let secret else { return nil }
      let environment = try environment ?? secret.get("base_environment", as: String.self)
      let stored = try await transaction.execute(
        """
        SELECT id, value_version FROM secret_values
        WHERE tenant_id = $1 AND secret_id = $2 AND environment_name = $3
        """, [.uuid(tenantID), .uuid(id), .text(environment)]
      ).first
      let value = try encrypt(
        try stored?.get("id", as: UUID.self) ?? .v7(at: time),
        try 1 + (stored?.get("value_version", as: Int32.self) ?? 0))
      _ = try await transaction.execute(
        """
        INSERT INTO secret_values
          (tenant_id, id, secret_id, environment_name, value_version, key_version, wrapped_key, payload, updated_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        ON CONFLICT (tenant_id, id) DO UPDATE SET value_version = excluded.value_version,
          key_version = excluded.key_version, wrapped_key = excluded.wrapped_key, payload = excluded.payload,
          updated_at = excluded.updated_at
        """,
        [
          .uuid(tenantID), .uuid(value.id), .uuid(id), .text(environment), .int4(value.valueVersion),
          .int4(value.keyVersion), .bytes(value.wrappedKey), .bytes(value.payload), .timestamp(time),
        ])
      let name = try secret.get("name", as: String.self)
      try await AuditLog.append(
        AuditEntry(
          "secret.value_set", "secret", id, of: tenantID,
          [
            "name": .string(name), "environment": .string(environment),
            "value_version": .number(Double(value.valueVersion)),
          ]), at: time, in: transaction)
      return (name, environment, value.valueVersion)
    }
  }

  /// Deletes a secret with its values in all environments.
  /// - Returns: false where there is no such secret.
  public func delete(_ id: UUID, of tenantID: UUID, at time: Date) async throws -> Bool {
    try await pool.tenant(tenantID).withTransaction { transaction in
      let deleted = try await transaction.execute(
        "DELETE FROM secrets WHERE tenant_id = $1 AND id = $2 RETURNING name", [.uuid(tenantID), .uuid(id)]
      ).first
      guard let deleted else { return false }
      try await AuditLog.append(
        AuditEntry(
          "secret.delete", "secret", id, of: tenantID, ["name": .string(try deleted.get("name", as: String.self))]),
        at: time, in: transaction)
      return true
    }
  }
}
