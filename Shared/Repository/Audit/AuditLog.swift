import Commands
public import FoundationEssentials
public import JSON
public import Postgres

/// What was done to each tenant's data and keys, as the tenant itself may read it.
///
/// A row is written in the transaction of the act: none without the other.
public struct AuditLog: Sendable {
  let pool: PostgresPool

  /// Creates the log of a database.
  public init(pool: PostgresPool) { self.pool = pool }

  /// Writes a row in the caller's transaction; a fact about no tenant is nobody's to read here, and writes none.
  public static func append(_ entry: AuditEntry, at time: Date, in transaction: PostgresTransaction) async throws {
    guard let (statement, parameters) = insertion(of: entry, at: time) else { return }
    try await transaction.execute(statement, parameters)
  }

  /// The statement that writes a row, for those who send it along with others; nil for a fact about no tenant.
  static func insertion(of entry: AuditEntry, at time: Date) -> (PostgresStatement, [PostgresValue])? {
    guard let tenantID = entry.tenantID else { return nil }
    var details: [String: JSONValue] = ["actor_id": .string(entry.actorID)]
    if case .object(let members) = entry.details { details.merge(members) { actor, _ in actor } }
    return (
      """
      INSERT INTO audit_log (tenant_id, id, action, resource_type, resource_id, details, ip_address, created_at)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
      """,
      [
        .uuid(tenantID), .uuid(.v7(at: time)), .text(entry.action), .text(entry.resourceType),
        .text(entry.resourceID), .json(JSONValue.object(details).canonicalBytes),
        .optional(AuditOrigin.current.ipAddress) { .text($0) }, .timestamp(time),
      ]
    )
  }

  /// A page of a tenant's rows, newest first, and how many there are in all.
  /// - Parameters:
  ///   - tenantID: whose.
  ///   - action: only rows of this action; all unless told.
  ///   - resourceType: only rows about this kind of resource; all unless told.
  ///   - offset: how many to pass over.
  ///   - limit: the most to return.
  public func page(
    of tenantID: UUID, action: String? = nil, resourceType: String? = nil, offset: Int64, limit: Int32
  ) async throws -> (rows: [AuditLogRow], total: Int) {
    let filter: [PostgresValue] = [
      .uuid(tenantID), .optional(action) { .text($0) }, .optional(resourceType) { .text($0) },
    ]
    return try await pool.tenant(tenantID).withTransaction(isolation: .repeatableRead, readOnly: true) { transaction in
      let results = try await transaction.pipeline([
        (
          """
          SELECT id, action, resource_type, resource_id, details, ip_address, created_at FROM audit_log
          WHERE tenant_id = $1 AND ($2::text IS NULL OR action = $2) AND ($3::text IS NULL OR resource_type = $3)
          ORDER BY id DESC OFFSET $4 LIMIT $5
          """, filter + [.int8(offset), .int4(limit)]
        ),
        (
          """
          SELECT count(*) AS total FROM audit_log
          WHERE tenant_id = $1 AND ($2::text IS NULL OR action = $2) AND ($3::text IS NULL OR resource_type = $3)
          """, filter
        ),
      ])
      return (try results[0].map { try AuditLogRow($0) }, Int(try results[1][0].get("total", as: Int64.self)))
    }
  }
}

extension AuditEntry {
  /// Something done to a tenant's resource by whom the task acts for.
  /// - Parameters:
  ///   - action: `secret.create`.
  ///   - resourceType: `secret`.
  ///   - resourceID: which resource.
  ///   - tenantID: whose it is.
  ///   - details: more, without secrets.
  public init(
    _ action: String, _ resourceType: String, _ resourceID: UUID, of tenantID: UUID, _ details: JSONValue = [:]
  ) {
    self.init(
      tenantID: tenantID, actorID: AuditOrigin.current.actorID, action: action, resourceType: resourceType,
      resourceID: resourceID.text, details: details)
  }
}
