public import FoundationEssentials
import Postgres

extension AgentStore {
  /// Reads everything that a bundle of the tenant holds.
  /// - Throws: ``AgentError`` with `tenantSealed`, or with `bundleTooLarge`, before any payload is read;
  ///   ``RepositoryError`` with `noSuchTenant`; `PostgresError`.
  public func bundleContents(of tenantID: UUID) async throws -> BundleContents {
    try await pool.tenant(tenantID).withTransaction(isolation: .repeatableRead, readOnly: true) { transaction in
      let keys = try await transaction.execute(
        """
        SELECT k.version, k.wrap_method, c.sealed_since, c.last_verify_error
        FROM tenant_keys k LEFT JOIN tenant_kms_configs c ON c.tenant_id = k.tenant_id
        WHERE k.tenant_id = $1 AND k.status = 'active'
        """, [.uuid(tenantID)])
      guard let active = keys.first else { throw RepositoryError(.noSuchTenant) }
      if try active.get("sealed_since", as: Date?.self) != nil {
        throw AgentError.tenantSealed(reason: try active.get("last_verify_error", as: String?.self))
      }
      try await Self.requireFit(tenantID, in: transaction)
      let rows = try await transaction.execute(
        """
        SELECT s.id, s.name, s.secret_type, s.base_environment, s.collection_id, s.expires_at,
          s.strict_expiry_enforcement, s.created_at, v.environment_name, v.expires_at_override, v.id AS value_id,
          v.value_version, v.key_version, v.wrapped_key, v.payload, k.status = 'revoked' AS is_erased,
          k.wrap_method = 'customer_kms' AS is_under_customer_key
        FROM secret_values v
          JOIN secrets s ON s.tenant_id = v.tenant_id AND s.id = v.secret_id
          JOIN tenant_keys k ON k.tenant_id = v.tenant_id AND k.version = v.key_version
        WHERE v.tenant_id = $1 ORDER BY s.name, v.environment_name
        """, [.uuid(tenantID)])
      let isActiveCustomers =
        try active.get("wrap_method", as: String.self) == KeyVersion.WrapMethod.customerKMS.rawValue
      let isAnyCustomers = try rows.contains { try $0.get("is_under_customer_key", as: Bool.self) }
      return BundleContents(
        activeVersion: try active.get("version", as: Int32.self),
        isUnderCustomerKey: isActiveCustomers || isAnyCustomers,
        values: try rows.map { try BundleContents.Value($0) })
    }
  }

  private static func requireFit(_ tenantID: UUID, in transaction: PostgresTransaction) async throws {
    let size = try await transaction.execute(
      """
      SELECT count(*) AS values, coalesce(sum(octet_length(payload)), 0)::bigint AS bytes
      FROM (SELECT payload FROM secret_values WHERE tenant_id = $1 LIMIT $2) AS bounded
      """, [.uuid(tenantID), .int8(Int64(BundleContents.maximumValues) + 1)])[0]
    guard try size.get("values", as: Int64.self) <= BundleContents.maximumValues,
      try size.get("bytes", as: Int64.self) <= BundleContents.maximumByteCount
    else { throw AgentError.bundleTooLarge }
  }
}

extension BundleContents.Value {
  fileprivate init(_ row: PostgresRow) throws {
    secret = try Secret(row)
    environment = try row.get("environment_name", as: String.self)
    expiresAt = try row.get("expires_at_override", as: Date?.self) ?? secret.expiresAt
    encrypted = EncryptedValue(
      id: try row.get("value_id", as: UUID.self), valueVersion: try row.get("value_version", as: Int32.self),
      keyVersion: try row.get("key_version", as: Int32.self), wrappedKey: try row.get("wrapped_key", as: [UInt8].self),
      payload: try row.get("payload", as: [UInt8].self))
    isErased = try row.get("is_erased", as: Bool.self)
  }
}
