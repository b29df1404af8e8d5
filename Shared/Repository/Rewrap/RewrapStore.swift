import Commands
public import FoundationEssentials
public import Postgres

/// The rewrap jobs: their plans, their progress and the rows they rewrite.
public struct RewrapStore: Sendable {
  let pool: PostgresPool

  /// Creates the store of a database.
  public init(pool: PostgresPool) { self.pool = pool }

  /// A job of a tenant, or nil.
  public func job(_ id: UUID, of tenantID: UUID) async throws -> RewrapJob? {
    try await jobs(pool.tenant(tenantID), "WHERE j.tenant_id = $1 AND j.id = $2", [.uuid(tenantID), .uuid(id)]).first
  }

  /// A job, whosesoever it is: for the worker, or nil.
  public func job(_ id: UUID) async throws -> RewrapJob? {
    try await jobs(pool.tenant(ofRewrap: id), "WHERE j.id = $1", [.uuid(id)]).first
  }

  /// The jobs of a tenant, newest first.
  public func jobs(of tenantID: UUID, limit: Int32 = 100) async throws -> [RewrapJob] {
    try await jobs(
      pool.tenant(tenantID), "WHERE j.tenant_id = $1 ORDER BY j.id DESC LIMIT $2", [.uuid(tenantID), .int4(limit)])
  }

  private func jobs(
    _ scope: PostgresScope, _ condition: StaticString, _ parameters: [PostgresValue]
  ) async throws -> [RewrapJob] {
    let statement = PostgresStatement(
      unchecked: """
        SELECT j.id, j.tenant_id, j.target_version, j.status, j.total, j.planned_at, j.finished_at,
          j.resumed_at, j.resumed_processed, r.processed, r.progressed_at,
          (SELECT count(*) FROM rewrap_failures f WHERE f.job_id = j.id) AS failed
        FROM rewrap_jobs j LEFT JOIN LATERAL (
          SELECT sum(processed)::bigint AS processed, max(updated_at) AS progressed_at
          FROM rewrap_ranges WHERE job_id = j.id) r ON true
        \(condition)
        """)
    return try await scope.execute(statement, parameters).map { try RewrapJob($0) }
  }

  /// Creates a job in the caller's transaction, with its `rewrap.start` in the outbox. An open job of the tenant is
  /// superseded: the rows that it finished are older than the new target, or already there.
  static func enqueue(
    _ id: UUID, to version: Int32, of tenantID: UUID, at time: Date, in transaction: PostgresTransaction
  ) async throws {
    try await apply(.supersede, of: tenantID, at: time, in: transaction)
    _ = try await transaction.execute(
      "INSERT INTO rewrap_jobs (id, tenant_id, target_version, status, created_at) VALUES ($1, $2, $3, $4, $5)",
      [
        .uuid(id), .uuid(tenantID), .int4(version), .text(RewrapJob.Status.initial.rawValue), .timestamp(time),
      ])
    try await Outbox.add(StartRewrap(leaseID: id), of: tenantID, in: transaction)
  }
}

extension RewrapJob.Status {
  init(_ row: PostgresRow) throws {
    let word = try row.get("status", as: String.self)
    guard let status = Self(rawValue: word) else { throw RepositoryError(.unknownValue(column: "status", word)) }
    self = status
  }
}

extension RewrapJob {
  fileprivate init(_ row: PostgresRow) throws {
    let status = try Status(row)
    let processed = Int(try row.get("processed", as: Int64?.self) ?? 0)
    let failed = Int(try row.get("failed", as: Int64.self))
    self.init(
      id: try row.get("id", as: UUID.self), tenantID: try row.get("tenant_id", as: UUID.self),
      targetVersion: try row.get("target_version", as: Int32.self), status: status,
      total: Self.total(planned: Int(try row.get("total", as: Int64.self)), done: processed + failed, status: status),
      processed: processed, failed: failed, startedAt: try row.get("planned_at", as: Date?.self),
      resumedAt: try row.get("resumed_at", as: Date?.self),
      resumedProcessed: Int(try row.get("resumed_processed", as: Int64.self)),
      progressedAt: try row.get("progressed_at", as: Date?.self),
      finishedAt: try row.get("finished_at", as: Date?.self))
  }
}
