public import FoundationEssentials
public import Postgres

/// How many uses of each key have been reserved by all processes together.
public struct KeyUseStore: KeyUseRegistry {
  private let pool: PostgresPool

  /// Creates the store of a database.
  public init(pool: PostgresPool) { self.pool = pool }

  /// Reserves uses of a key, if so many are left.
  /// - Throws: `PostgresError`; the uses may have been reserved then, and are lost.
  public func reserve(_ count: Int64, of keyID: UUID, _ tenantID: UUID, limit: Int64) async throws -> Int64? {
    try await pool.withConnection { connection in
      try await connection.execute(
        """
        INSERT INTO key_uses (tenant_id, key_id, reserved) SELECT $1, $2, $3 WHERE $3 <= $4
        ON CONFLICT (tenant_id, key_id) DO UPDATE SET reserved = key_uses.reserved + excluded.reserved
          WHERE key_uses.reserved + excluded.reserved <= $4
        RETURNING reserved
        """, [.uuid(tenantID), .uuid(keyID), .int8(count), .int8(limit)])
    }.first.map { try $0.get("reserved", as: Int64.self) }
  }
}
