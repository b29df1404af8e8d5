public import FoundationEssentials
import JSON
import Postgres

extension TransitKeyStore {
  /// Adds a version to a key, which encrypts from now on.
  ///
  /// The key is locked meanwhile: of two rotations at once each adds a version.
  /// - Parameters:
  ///   - name: which key.
  ///   - tenantID: whose.
  ///   - keyVersion: the version of the tenant's master key that `seal` wraps under.
  ///   - time: now.
  ///   - seal: given the number of the new version, makes and seals its material, while the transaction is open.
  /// - Returns: the new version.
  /// - Throws: what `seal` throws; ``TransitKeyError`` with `noSuchKey`; ``RepositoryError`` with `keyVersionMoved` where
  ///   `keyVersion` is no longer active; `PostgresError`. Nothing was written then.
  public func rotate(
    _ name: String, of tenantID: UUID, under keyVersion: Int32, at time: Date,
    seal: (_ version: Int32) throws -> EncryptedValue
  ) async throws -> Int32 {
    try await pool.tenant(tenantID).withTransaction { transaction in
      guard try await TenantLock.shared(tenantID, in: transaction) == keyVersion else {
        throw RepositoryError(.keyVersionMoved)
      }
      let row = try await transaction.execute(
        """
        UPDATE transit_keys SET current_version = current_version + 1, updated_at = $3, rotated_at = clock_timestamp()
        WHERE tenant_id = $1 AND name = $2 RETURNING id, current_version
        """, [.uuid(tenantID), .text(name), .timestamp(time)]
      ).first
      guard let row else { throw TransitKeyError.noSuchKey }
      let keyID = try row.get("id", as: UUID.self)
      let version = try row.get("current_version", as: Int32.self)
      try await Self.insert(try seal(version), of: keyID, tenantID, at: time, in: transaction)
      try await AuditLog.append(
        AuditEntry(
          "transit_key.rotate", "transit_key", keyID, of: tenantID,
          ["name": .string(name), "new_version": .number(Double(version))]), at: time, in: transaction)
      return version
    }
  }

  /// Changes a key's settings.
  /// - Returns: the key as it is now.
  /// - Throws: ``TransitKeyError`` with `noSuchKey`; `PostgresError`.
  public func change(
    _ name: String, of tenantID: UUID, to change: TransitKeyChange, at time: Date
  ) async throws -> TransitKey {
    try await pool.tenant(tenantID).withTransaction { transaction in
      let row = try await transaction.execute(
        """
        UPDATE transit_keys SET deletion_allowed = coalesce($3, deletion_allowed),
          description = CASE WHEN $4 THEN $5::text ELSE description END, updated_at = $6
        WHERE tenant_id = $1 AND name = $2
        RETURNING id, name, key_type, mode, current_version, deletion_allowed, description, created_by, created_at,
          updated_at
        """,
        [
          .uuid(tenantID), .text(name), .optional(change.allowsDeletion.value) { .bool($0) },
          .bool(change.description.isSet),
          .optional(change.description.value ?? nil) { .text($0) }, .timestamp(time),
        ]
      ).first
      guard let row else { throw TransitKeyError.noSuchKey }
      let key = try TransitKey(row)
      try await AuditLog.append(
        AuditEntry(
          "transit_key.update", "transit_key", key.id, of: tenantID,
          ["name": .string(name), "deletion_allowed": .bool(key.allowsDeletion)]), at: time, in: transaction)
      return key
    }
  }

  /// Destroys an older version: what was encrypted under it is gone for good. The audit chain says so in the same
  /// transaction.
  /// - Throws: ``TransitKeyError`` with `noSuchKey`, `versionActive`, `deletionNotAllowed` or `noSuchVersion`;
  ///   `PostgresError`.
  public func destroy(_ version: Int32, of name: String, of tenantID: UUID, at time: Date) async throws {
    try await pool.tenant(tenantID).withTransaction { transaction in
      let row = try await transaction.execute(
        """
        SELECT id, current_version, deletion_allowed FROM transit_keys WHERE tenant_id = $1 AND name = $2
        FOR NO KEY UPDATE
        """, [.uuid(tenantID), .text(name)]
      ).first
      guard let row else { throw TransitKeyError.noSuchKey }
      try Self.requireDeletable(version, row)
      let keyID = try row.get("id", as: UUID.self)
      let destroyed = try await transaction.execute(
        """
        DELETE FROM transit_key_versions WHERE tenant_id = $1 AND transit_key_id = $2 AND value_version = $3
        RETURNING id
        """, [.uuid(tenantID), .uuid(keyID), .int4(version)]
      ).first
      guard let destroyed else { throw TransitKeyError.noSuchVersion }
      _ = try await transaction.execute(
        "DELETE FROM key_uses WHERE tenant_id = $1 AND key_id = $2",
        [.uuid(tenantID), .uuid(try destroyed.get("id", as: UUID.self))])
      try await AuditChain.append(
        AuditEntry(
          "transit_key.version_destroy", "transit_key", keyID, of: tenantID,
          ["name": .string(name), "version": .number(Double(version))]), at: time, in: transaction)
    }
  }

  /// How long ago a key was last given a version, by the database's clock, if an older one of it may be destroyed.
  /// - Throws: as ``destroy(_:of:of:at:)``, but for `noSuchVersion`.
  public func timeSinceRotation(
    of name: String, of tenantID: UUID, destroying version: Int32
  ) async throws -> Duration {
    let row = try await pool.tenant(tenantID).execute(
      """
      SELECT current_version, deletion_allowed,
        extract(epoch FROM clock_timestamp() - rotated_at)::float8 AS seconds
      FROM transit_keys WHERE tenant_id = $1 AND name = $2
      """, [.uuid(tenantID), .text(name)]
    ).first
    guard let row else { throw TransitKeyError.noSuchKey }
    try Self.requireDeletable(version, row)
    return .seconds(try row.get("seconds", as: Double.self))
  }

  private static func requireDeletable(_ version: Int32, _ key: PostgresRow) throws {
    guard try key.get("current_version", as: Int32.self) != version else { throw TransitKeyError.versionActive }
    guard try key.get("deletion_allowed", as: Bool.self) else { throw TransitKeyError.deletionNotAllowed }
  }
}
