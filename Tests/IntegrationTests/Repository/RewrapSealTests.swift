import Foundation
import Postgres
import Testing

@testable import Repository

/// A rewrap of a tenant that is sealed, or that lost the version it was to go to.
@Suite(.enabled(if: TestDatabase.isAvailable), .timeLimit(.minutes(1)))
struct RewrapSealTests {
  @Test func `sealing stops the running job, unsealing lets it go on`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      try await database.makeSecrets(4, of: tenantID)
      let start = try await database.plannedCursor(tenantID)
      try await database.drainOutbox()
      #expect(try await database.seal(tenantID) == start.jobID)
      #expect(try await database.rewraps.job(start.jobID)?.status == .pausedSealed)
      #expect(try await database.batch(start) == .notRunning)
      #expect(try await database.seal(tenantID) == nil)
      #expect(try await database.drainOutbox() == ["tenant.event"])

      #expect(try await database.unseal(tenantID) == start.jobID)
      #expect(try await database.drainOutbox() == ["tenant.event", "rewrap.start"])
      #expect(try await database.unseal(tenantID) == nil)
      try await database.finish(start.jobID)
      #expect(try await database.rowsByVersion(of: tenantID) == [1: 4])
    }
  }

  @Test func `another tenant's job isn't stopped`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      let other = try await database.makeTenant()
      let job = try await database.onboard(other)
      try await database.onboard(tenantID)
      try await database.seal(tenantID)
      #expect(try await database.rewraps.job(job)?.status == .running)
    }
  }

  @Test func `what an admin paused, an unsealing leaves paused`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      let job = try await database.onboard(tenantID)
      _ = try await database.rewraps.pause(job, of: tenantID)
      #expect(try await database.seal(tenantID) == nil)
      #expect(try await database.unseal(tenantID) == nil)
      #expect(try await database.rewraps.job(job)?.status == .paused)

      _ = try await database.rewraps.resume(job, of: tenantID, at: Date())
      try await database.seal(tenantID)
      #expect(try await database.rewraps.pause(job, of: tenantID).status == .paused)
      #expect(try await database.unseal(tenantID) == nil)
      #expect(try await database.rewraps.job(job)?.status == .paused)
    }
  }

  @Test func `a job resumed while its tenant is sealed waits for the unsealing`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      let job = try await database.onboard(tenantID)
      _ = try await database.rewraps.pause(job, of: tenantID)
      try await database.seal(tenantID)
      try await database.drainOutbox()
      #expect(try await database.rewraps.resume(job, of: tenantID, at: Date()).status == .pausedSealed)
      #expect(try await database.drainOutbox() == ["tenant.event", "tenant.event"])
      #expect(try await database.unseal(tenantID) == job)
      #expect(try await database.drainOutbox() == ["tenant.event", "rewrap.start"])
    }
  }

  @Test func `a job whose target version was revoked is over`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      try await database.makeSecrets(4, of: tenantID)
      let start = try await database.plannedCursor(tenantID)
      #expect(try await !database.rewraps.supersedeIfRevoked(start.jobID, at: MigratedDatabase.now))
      #expect(try await !database.rewraps.supersedeIfRevoked(UUID(), at: MigratedDatabase.now))
      try await database.revoke(1, of: tenantID)
      #expect(try await database.rewraps.supersedeIfRevoked(start.jobID, at: MigratedDatabase.now))
      #expect(try await database.rewraps.job(start.jobID)?.status == .superseded)
      #expect(try await database.rowsByVersion(of: tenantID) == [0: 4])
      #expect(try await !database.rewraps.supersedeIfRevoked(start.jobID, at: MigratedDatabase.now))
    }
  }

  @Test func `a start for a revoked version plans nothing and ends the job`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      try await database.makeSecrets(4, of: tenantID)
      let job = try await database.onboard(tenantID)
      try await database.revoke(1, of: tenantID)
      #expect(try await database.rewraps.plan(job, window: 1, rangeRows: 1, at: MigratedDatabase.now).isEmpty)
      #expect(try await database.rewraps.job(job)?.status == .superseded)
      #expect(try await database.count("SELECT count(*) FROM rewrap_ranges") == 0)
    }
  }
}

extension MigratedDatabase {
  @discardableResult
  func seal(_ tenantID: UUID) async throws -> UUID? {
    try await pool.withTransaction { transaction in
      try await transaction.execute(
        "UPDATE tenant_kms_configs SET sealed_since = now(), last_verify_error = 'e' WHERE tenant_id = $1",
        [.uuid(tenantID)])
      return try await RewrapStore.pauseSealed(tenantID, in: transaction)
    }
  }

  @discardableResult
  func unseal(_ tenantID: UUID) async throws -> UUID? {
    try await pool.withTransaction { transaction in
      try await transaction.execute(
        "UPDATE tenant_kms_configs SET sealed_since = NULL WHERE tenant_id = $1", [.uuid(tenantID)])
      return try await RewrapStore.resumeSealed(tenantID, at: Self.now, in: transaction)
    }
  }

  func revoke(_ version: Int32, of tenantID: UUID) async throws {
    try await pool.execute(
      """
      UPDATE tenant_keys SET status = 'revoked', wrapped_key = NULL, revoked_at = now()
      WHERE tenant_id = $1 AND version = $2
      """, [.uuid(tenantID), .int4(version)])
  }
}
