public import Commands
public import FoundationEssentials
public import Postgres

/// The commands that committed transactions caused: written with them, published after them, at least once.
public struct Outbox: Sendable {
  /// The channel on which PostgreSQL notifies of new entries.
  public static let notificationChannel = "outbox"

  private let pool: PostgresPool

  /// Creates the outbox of a database.
  public init(pool: PostgresPool) { self.pool = pool }

  /// Adds a command to the caller's transaction.
  public static func add(_ command: some Command, of tenantID: UUID, in transaction: PostgresTransaction) async throws {
    _ = try await transaction.execute(
      "INSERT INTO outbox (tenant_id, message_id, name, body) VALUES ($1, $2, $3, $4)",
      [.uuid(tenantID), .uuid(UUID()), .text(type(of: command).name), .bytes(try command.body())])
  }

  /// Hands over the oldest entries that nobody else is publishing, and deletes those once all are published.
  ///
  /// The entries of one tenant are handed over in order. If `publish` throws, nothing is deleted: some may be published
  /// again.
  /// - Parameter limit: the most entries to take.
  /// - Returns: how many were published.
  public func relay(
    limit: Int32 = 64, publish: @Sendable (OutboxEntry) async throws -> Void
  ) async throws -> Int {
    try await pool.withTransaction { transaction in
      // Claimed by one statement and read by the next: only what a statement sees after its claim is sure to be all that
      // the tenant's earlier publisher has left.
      let tenants = try await transaction.execute(
        """
        WITH line AS MATERIALIZED (SELECT tenant_id FROM outbox GROUP BY tenant_id ORDER BY min(id))
        SELECT tenant_id FROM line WHERE pg_try_advisory_xact_lock(uuid_hash_extended(tenant_id, 1)) LIMIT $1
        """, [.int4(limit)]
      ).map { try $0.get("tenant_id", as: UUID.self) }
      let entries = try await transaction.execute(
        """
        SELECT id, message_id, name, body FROM outbox WHERE tenant_id = ANY($1)
        ORDER BY id LIMIT $2 FOR UPDATE SKIP LOCKED
        """, [.uuidArray(tenants), .int4(limit)]
      ).map {
        OutboxEntry(
          id: try $0.get("id", as: Int64.self), messageID: try $0.get("message_id", as: UUID.self),
          name: try $0.get("name", as: String.self), body: try $0.get("body", as: [UInt8].self))
      }
      for entry in entries { try await publish(entry) }
      if !entries.isEmpty {
        _ = try await transaction.execute(
          "DELETE FROM outbox WHERE id = ANY($1)", [.int8Array(entries.map(\.id))])
      }
      return entries.count
    }
  }
}
