public import FoundationEssentials
import JSON
import Postgres

extension TransitKeyStore {
  /// Adds a version to a key, which encrypts from now on.
  ///
  /// The key is locked meanwhile: of two rotations at once each adds a version.
  /// - Parameters:
  ///   - keyVersion: the version of the tenant's master key that `seal` wraps under.
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
      let version = try row.get("current_version", as: Int32.self)
      try await Self.insert(
        try seal(version), of: try row.get("id", as: UUID.self), tenantID, at: time, in: transaction)
      return version
    }
  }

  /// Changes a key's settings.
  /// - Returns: the key as it is now.
  /// - Throws: ``TransitKeyError`` with `noSuchKey`; `PostgresError`.
  public func change(
    _ name: String, of tenantID: UUID, to change: TransitKeyChange, at time: Date
  ) async throws -> TransitKey {
    let description: (isSet: Bool, text: String?) =
      switch change.description {
      case .keep: (false, nil)
      case .set(let text): (true, text)
      }
    // A transaction, for a lone statement could not tell being lost from not having happened.
    let row = try await pool.tenant(tenantID).withTransaction { transaction in
      try await transaction.execute(
        """
        UPDATE transit_keys SET deletion_allowed = coalesce($3, deletion_allowed),
          description = CASE WHEN $4 THEN $5 ELSE description END, updated_at = $6
        WHERE tenant_id = $1 AND name = $2
        RETURNING id, name, key_type, mode, current_version, deletion_allowed, description, created_by, created_at,
          updated_at
        """,
        [
          .uuid(tenantID), .text(name), .optional(change.allowsDeletion) { .bool($0) }, .bool(description.isSet),
          .optional(description.text) { .text($0) }, .timestamp(time),
        ])
    }.first
    guard let row else { throw TransitKeyError.noSuchKey }
    return try TransitKey(row)
  }

  /// Destroys an older version: what was encrypted under it is gone for good. The audit chain says so in the same
  /// transaction.
  /// - Parameter actorID: who asked.
  /// - Throws: ``TransitKeyError`` with `noSuchKey`, `versionActive`, `deletionNotAllowed` or `noSuchVersion`;
  ///   `PostgresError`.
  public func destroy(
    _ version: Int32, of name: String, of tenantID: UUID, actorID: String, at time: Date
  ) async throws {
    try await pool.tenant(tenantID).withTransaction { transaction in
      let row = try await transaction.execute(
        """
        SELECT id, current_version, deletion_allowed FROM transit_keys WHERE tenant_id = $1 AND name = $2
        FOR NO KEY UPDATE
        """, [.uuid(tenantID), .text(name)]
      ).first
      guard let row else { throw TransitKeyError.noSuchKey }
      guard try row.get("current_version", as: Int32.self) != version else { throw TransitKeyError.versionActive }
      guard try row.get("deletion_allowed", as: Bool.self) else { throw TransitKeyError.deletionNotAllowed }
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
          tenantID: tenantID, actorID: actorID, action: "transit.destroy", resourceType: "transit_key",
          resourceID: keyID.uuidString.lowercased(),
          details: ["name": .string(name), "version": .number(Double(version))]), at: time, in: transaction)
    }
  }

  /// How long ago a key was last given a version, by the database's clock.
  /// - Throws: ``TransitKeyError`` with `noSuchKey`; `PostgresError`.
  public func timeSinceRotation(of name: String, of tenantID: UUID) async throws -> Duration {
    let row = try await pool.tenant(tenantID).execute(
      """
      SELECT extract(epoch FROM clock_timestamp() - rotated_at)::float8 AS seconds FROM transit_keys
      WHERE tenant_id = $1 AND name = $2
      """, [.uuid(tenantID), .text(name)]
    ).first
    guard let row else { throw TransitKeyError.noSuchKey }
    return .seconds(try row.get("seconds", as: Double.self))
  }
}
