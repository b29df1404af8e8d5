public import FoundationEssentials
import Postgres

extension AuditLog {
  /// A place in the feed: after the row of this id that this transaction wrote.
  public struct Position: Sendable, Equatable {
    /// PostgreSQL's number of the transaction, which counts on for as long as the database cluster lives.
    public let transactionID: UInt64
    /// Of the row.
    public let id: UUID

    /// Takes the members as they are.
    public init(transactionID: UInt64, id: UUID) {
      self.transactionID = transactionID
      self.id = id
    }

    /// Before every row.
    public static let start = Position(transactionID: 0, id: .lowest)
  }

  /// The most rows that one read of the feed looks at to find those of a prefix.
  static let scanLimit: Int32 = 10_000

  /// The rows after a place, in the order of their transactions' numbers.
  ///
  /// A row is shown once no transaction with a lower number is under way: then none can still commit before it, and
  /// whoever reads on from page to page misses none. A transaction that stays open delays the feed; it loses nothing.
  /// - Parameters:
  ///   - tenantID: whose.
  ///   - position: where to read on.
  ///   - actionPrefix: only rows whose action begins so; all unless told.
  ///   - limit: the most rows to return.
  /// - Returns: the rows, and where to read on for more; nil where there are no more for now.
  /// - Throws: ``RepositoryError`` with `noSuchPosition` for a place that this database has not reached yet: another's,
  ///   or its own from before it was restored; `PostgresError`.
  public func events(
    of tenantID: UUID, after position: Position, actionPrefix: String? = nil, limit: Int32
  ) async throws -> (rows: [AuditLogRow], next: Position?) {
    let start: [PostgresValue] = [
      .uuid(tenantID), .text(String(position.transactionID)), .uuid(position.id),
    ]
    return try await pool.tenant(tenantID).withTransaction(readOnly: true) { transaction in
      let bounds = try await transaction.execute(
        """
        SELECT $2::text::xid8 < pg_snapshot_xmin(pg_current_snapshot()) AS is_reached, e.transaction_id::text, e.id
        FROM (VALUES (1)) AS one LEFT JOIN (
          SELECT transaction_id, id FROM audit_log
          WHERE tenant_id = $1 AND (transaction_id, id) > ($2::text::xid8, $3)
            AND transaction_id < pg_snapshot_xmin(pg_current_snapshot())
          ORDER BY transaction_id, id OFFSET $4 LIMIT 1
        ) AS e ON true
        """, start + [.int4((actionPrefix == nil ? limit : Self.scanLimit) - 1)])[0]
      guard try bounds.get("is_reached", as: Bool.self) else { throw RepositoryError(.noSuchPosition) }
      let end = try Position(bounds)
      let found = try await transaction.execute(
        """
        SELECT id, action, resource_type, resource_id, details, ip_address, created_at, transaction_id::text
        FROM audit_log
        WHERE tenant_id = $1 AND (transaction_id, id) > ($2::text::xid8, $3)
          AND transaction_id < pg_snapshot_xmin(pg_current_snapshot())
          AND ($4::text IS NULL OR (transaction_id, id) <= ($4::text::xid8, $5))
          AND ($6::text IS NULL OR starts_with(action, $6))
        ORDER BY transaction_id, id LIMIT $7
        """,
        start + [
          .optional(end) { .text(String($0.transactionID)) }, .optional(end) { .uuid($0.id) },
          .optional(actionPrefix) { .text($0) }, .int4(limit),
        ])
      let last = found.count < Int(limit) ? nil : try found.last.flatMap { try Position($0) }
      return (try found.map { try AuditLogRow($0) }, last ?? end)
    }
  }
}

extension AuditLog.Position {
  /// Nil where the columns are NULL.
  fileprivate init?(_ row: PostgresRow) throws {
    guard let text = try row.get("transaction_id", as: String?.self), let id = try row.get("id", as: UUID?.self) else {
      return nil
    }
    guard let number = UInt64(text) else { throw RepositoryError(.unknownValue(column: "transaction_id", text)) }
    self.init(transactionID: number, id: id)
  }
}
