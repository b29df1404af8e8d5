import Commands
import Envelope
public import FoundationEssentials
public import Postgres

extension RewrapStore {
  /// Stops a job; batches that are under way still commit.
  /// - Returns: the job as it stands now.
  /// - Throws: ``RepositoryError`` with `noSuchJob` or `wrongJobState`; `PostgresError`.
  public func pause(_ id: UUID, of tenantID: UUID) async throws -> RewrapJob {
    try await pool.tenant(tenantID).withTransaction { try await Self.require(.pause, of: id, tenantID, in: $0) }
    return try await known(id, of: tenantID)
  }

  /// Lets a paused job go on from where it stands; where the tenant is sealed, as soon as that ends.
  /// - Returns: the job as it stands now.
  /// - Throws: ``RepositoryError`` with `noSuchJob` or `wrongJobState`; `PostgresError`.
  public func resume(_ id: UUID, of tenantID: UUID, at time: Date) async throws -> RewrapJob {
    try await pool.tenant(tenantID).withTransaction { transaction in
      let isSealed = try await Self.isSealed(tenantID, in: transaction)
      try await Self.require(.resume, of: id, tenantID, at: time, in: transaction)
      try await Self.carryOn(id, of: tenantID, isSealed: isSealed, in: transaction)
    }
    return try await known(id, of: tenantID)
  }

  /// Puts the quarantined rows of a job back to work, and the job with them if it had ended.
  ///
  /// Only the job of the active key version can be retried: an older one's rows are the newer one's.
  /// - Returns: the job as it stands now.
  /// - Throws: ``RepositoryError`` with `noSuchJob`, `wrongJobState` or `jobOutdated`; `PostgresError`.
  public func retryFailed(_ id: UUID, of tenantID: UUID, at time: Date) async throws -> RewrapJob {
    try await pool.tenant(tenantID).withTransaction { transaction in
      // No other job can be enqueued, and so none be open, until this one runs.
      try await TenantLock.exclusive(tenantID, in: transaction)
      let target = try await transaction.execute(
        """
        SELECT k.status = 'active' AS is_active FROM rewrap_jobs j
        JOIN tenant_keys k ON k.tenant_id = j.tenant_id AND k.version = j.target_version
        WHERE j.id = $1 AND j.tenant_id = $2
        """, [.uuid(id), .uuid(tenantID)])
      guard let target = target.first else { throw RepositoryError(.noSuchJob) }
      guard try target.get("is_active", as: Bool.self) else { throw RepositoryError(.jobOutdated) }
      let isSealed = try await Self.isSealed(tenantID, in: transaction)
      try await Self.require(.retryFailed, of: id, tenantID, at: time, in: transaction)
      for table in RewrapTable.all {
        let released = try await transaction.execute(
          "DELETE FROM rewrap_failures WHERE job_id = $1 AND table_tag = $2",
          [.uuid(id), .int2(Int16(table.tag.rawValue))])
        if released.affectedRows > 0 { try await Self.sweep(table, of: id, in: transaction) }
      }
      try await Self.carryOn(id, of: tenantID, isSealed: isSealed, in: transaction)
    }
    return try await known(id, of: tenantID)
  }

  /// Stops the tenant's running job, in the transaction that seals the tenant.
  /// - Returns: the job, if one was running.
  @discardableResult
  public static func pauseSealed(_ tenantID: UUID, in transaction: PostgresTransaction) async throws -> UUID? {
    try await apply(.seal, of: tenantID, in: transaction).first
  }

  /// Lets the job that a sealing stopped go on, in the transaction that unseals the tenant.
  /// - Returns: the job, if there was one.
  @discardableResult
  public static func resumeSealed(
    _ tenantID: UUID, at time: Date, in transaction: PostgresTransaction
  ) async throws -> UUID? {
    guard let id = try await apply(.unseal, of: tenantID, at: time, in: transaction).first else { return nil }
    try await Outbox.add(StartRewrap(leaseID: id), of: tenantID, in: transaction)
    return id
  }

  /// Ends a job whose target version was revoked: nothing can be wrapped under it any more.
  /// - Returns: whether it was, and the job is over.
  public func supersedeIfRevoked(_ id: UUID, at time: Date) async throws -> Bool {
    try await pool.tenant(ofRewrap: id).withTransaction { transaction in
      guard let job = try await LockedJob(id, in: transaction) else { return false }
      return try await Self.supersede(job, ifRevokedAt: time, in: transaction)
    }
  }

  static func supersede(
    _ job: LockedJob, ifRevokedAt time: Date, in transaction: PostgresTransaction
  ) async throws -> Bool {
    let revoked = try await transaction.execute(
      "SELECT 1 FROM tenant_keys WHERE tenant_id = $1 AND version = $2 AND status = 'revoked'",
      [.uuid(job.tenantID), .int4(job.targetVersion)])
    guard revoked.first != nil else { return false }
    return try await !apply(.supersede, to: job.id, of: job.tenantID, at: time, in: transaction).isEmpty
  }

  /// Moves those of a tenant's jobs that are where the transition may start, and has their watchers told.
  /// - Parameters:
  ///   - id: the only job to move; nil for any of the tenant's.
  ///   - time: now; needed where the transition ends a job or lets it run.
  /// - Returns: the jobs that moved.
  @discardableResult
  static func apply(
    _ transition: RewrapTransition, to id: UUID? = nil, of tenantID: UUID, at time: Date? = nil,
    in transaction: PostgresTransaction
  ) async throws -> [UUID] {
    let moved = try await transaction.execute(
      """
      UPDATE rewrap_jobs j SET status = $3, finished_at = CASE WHEN $3 = ANY($6) THEN NULL ELSE $5::timestamptz END,
        resumed_at = CASE WHEN $3 = 'running' AND status <> 'running' THEN $5::timestamptz ELSE resumed_at END,
        resumed_processed = CASE WHEN $3 = 'running' AND status <> 'running'
          THEN (SELECT coalesce(sum(r.processed), 0) FROM rewrap_ranges r WHERE r.job_id = j.id)
          ELSE resumed_processed END
      WHERE tenant_id = $1 AND ($2::uuid IS NULL OR id = $2) AND status = ANY($4) RETURNING id
      """,
      [
        .uuid(tenantID), id.map { .uuid($0) } ?? .null, .text(transition.to.rawValue),
        .textArray(transition.from.map(\.rawValue)), time.map { .timestamp($0) } ?? .null,
        .textArray(RewrapJob.Status.allCases.filter(\.isOpen).map(\.rawValue)),
      ]
    ).map { try $0.get("id", as: UUID.self) }
    for id in moved {
      try await Outbox.add(TenantEvent(.rewrapProgress, of: tenantID, leaseID: id), of: tenantID, in: transaction)
    }
    return moved
  }

  /// Whether the tenant is sealed; it can be neither sealed nor unsealed before the transaction ends.
  private static func isSealed(_ tenantID: UUID, in transaction: PostgresTransaction) async throws -> Bool {
    try await transaction.execute(
      "SELECT sealed_since IS NOT NULL AS is_sealed FROM tenant_kms_configs WHERE tenant_id = $1 FOR SHARE",
      [.uuid(tenantID)]
    ).first?.get("is_sealed", as: Bool.self) ?? false
  }

  private static func carryOn(
    _ id: UUID, of tenantID: UUID, isSealed: Bool, in transaction: PostgresTransaction
  ) async throws {
    if isSealed {
      try await pauseSealed(tenantID, in: transaction)
    } else {
      try await Outbox.add(StartRewrap(leaseID: id), of: tenantID, in: transaction)
    }
  }

  private static func require(
    _ transition: RewrapTransition, of id: UUID, _ tenantID: UUID, at time: Date? = nil,
    in transaction: PostgresTransaction
  ) async throws {
    guard try await apply(transition, to: id, of: tenantID, at: time, in: transaction).isEmpty else { return }
    let rows = try await transaction.execute(
      "SELECT status FROM rewrap_jobs WHERE id = $1 AND tenant_id = $2", [.uuid(id), .uuid(tenantID)])
    guard let row = rows.first else { throw RepositoryError(.noSuchJob) }
    throw RepositoryError(.wrongJobState(try RewrapJob.Status(row), transition))
  }

  private func known(_ id: UUID, of tenantID: UUID) async throws -> RewrapJob {
    guard let job = try await job(id, of: tenantID) else { throw RepositoryError(.noSuchJob) }
    return job
  }
}
