public import FoundationEssentials
import JSON
public import Postgres

/// The append-only, hash-linked log of everything that decides who can read a tenant's data (contract §7).
public struct AuditChain: Sendable {
  private let pool: PostgresPool

  /// Creates the chain of a database.
  public init(pool: PostgresPool) { self.pool = pool }

  /// Appends an entry in the caller's transaction, which thereby becomes the only one to append until it ends: call
  /// this last. The tenant's own log gets it too.
  public static func append(_ entry: AuditEntry, at time: Date, in transaction: PostgresTransaction) async throws {
    // Each statement sees what was committed before it began: the last row, after the lock was had.
    let statements: [(PostgresStatement, [PostgresValue])?] = [
      AuditLog.insertion(of: entry, at: time),
      ("SELECT pg_advisory_xact_lock($1)", [.int8(AdvisoryLock.auditChain)]), (Self.lastRow, []),
    ]
    let head = try AuditHead(try await transaction.pipeline(statements.compactMap(\.self)).last?.first)
    let sequenceNumber = head.sequenceNumber + 1
    let microseconds = Int64((time.timeIntervalSince1970 * 1e6).rounded())
    let rowHash = AuditRow.hash(
      sequenceNumber: sequenceNumber, previousHash: head.hash, at: microseconds, entry: entry)
    _ = try await transaction.execute(
      """
      INSERT INTO audit_log_critical
        (sequence_number, prev_hash, row_hash, at, tenant_id, actor_id, action, resource_type, resource_id, details)
      VALUES ($1, $2, $3, timestamptz 'epoch' + $4 * interval '1 microsecond', $5, $6, $7, $8, $9, $10)
      """,
      [
        .int8(sequenceNumber), .bytes(head.hash), .bytes(rowHash), .int8(microseconds),
        entry.tenantID.map { .uuid($0) } ?? .null, .text(entry.actorID), .text(entry.action),
        .text(entry.resourceType), .text(entry.resourceID), .json(entry.details.canonicalBytes),
      ])
  }

  /// What the chain commits to now, taken from its last row without a look at those before.
  public func head() async throws -> AuditHead {
    try AuditHead(await pool.execute(Self.lastRow).first)
  }

  /// The rows from a sequence number on, oldest first.
  public func rows(from sequenceNumber: Int64 = 1, limit: Int32 = 1_000) async throws -> [AuditRow] {
    try await pool.execute(
      """
      SELECT sequence_number, prev_hash, row_hash, (extract(epoch FROM at) * 1000000)::bigint AS at, tenant_id,
        actor_id, action, resource_type, resource_id, details
      FROM audit_rows($1, $2)
      """, [.int8(sequenceNumber), .int4(limit)]
    ).map { try AuditRow($0) }
  }

  /// The rows about a tenant, newest first, and how many there are in all.
  public func rows(
    of tenantID: UUID, offset: Int64, limit: Int32
  ) async throws -> (rows: [AuditRow], total: Int) {
    try await pool.tenant(tenantID).withTransaction(readOnly: true) { transaction in
      let rows = try await transaction.execute(
        """
        SELECT sequence_number, prev_hash, row_hash, (extract(epoch FROM at) * 1000000)::bigint AS at, tenant_id,
          actor_id, action, resource_type, resource_id, details
        FROM audit_log_critical WHERE tenant_id = $1 ORDER BY sequence_number DESC OFFSET $2 LIMIT $3
        """, [.uuid(tenantID), .int8(offset), .int4(limit)]
      ).map { try AuditRow($0) }
      let total = try await transaction.execute(
        "SELECT count(*) AS total FROM audit_log_critical WHERE tenant_id = $1", [.uuid(tenantID)])[0]
      return (rows, Int(try total.get("total", as: Int64.self)))
    }
  }

  /// Walks the whole chain and recomputes every hash.
  /// - Parameter expected: a head that the chain must go through; none unless told.
  public func verify(expecting expected: AuditHead? = nil) async throws -> AuditVerification {
    var verification = AuditVerification(expecting: expected)
    while verification.firstBadSequence == nil {
      let page = try await rows(from: verification.rows + 1)
      verification.extend(with: page)
      if page.isEmpty { break }
    }
    return verification
  }

  static let genesis = [UInt8](repeating: 0, count: 32)

  private static let lastRow: PostgresStatement = "SELECT sequence_number, row_hash FROM audit_head()"
}

extension AuditHead {
  fileprivate init(_ lastRow: PostgresRow?) throws {
    self.init(
      sequenceNumber: try lastRow?.get("sequence_number", as: Int64.self) ?? 0,
      hash: try lastRow?.get("row_hash", as: [UInt8].self) ?? AuditChain.genesis)
  }
}

extension AuditRow {
  init(_ row: PostgresRow) throws {
    self.init(
      sequenceNumber: try row.get("sequence_number", as: Int64.self),
      previousHash: try row.get("prev_hash", as: [UInt8].self), rowHash: try row.get("row_hash", as: [UInt8].self),
      at: try row.get("at", as: Int64.self),
      entry: AuditEntry(
        tenantID: try row.get("tenant_id", as: UUID?.self), actorID: try row.get("actor_id", as: String.self),
        action: try row.get("action", as: String.self), resourceType: try row.get("resource_type", as: String.self),
        resourceID: try row.get("resource_id", as: String.self), details: try row.json("details")))
  }
}
