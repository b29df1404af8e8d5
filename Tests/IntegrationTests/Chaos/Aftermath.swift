import Foundation
import JSON
import Postgres
import Repository
import Testing

/// What must hold once the faults are over and the work is done, whatever they were.
struct Aftermath {
  let chaos: Chaos
  let ledger: Ledger

  private var deployment: Deployment { chaos.deployment }
  private var tenant: Deployment.Tenant { chaos.tenant }

  func check() async throws {
    try await settle()
    try await deployment.withPool { pool in
      try await checkSecrets(pool)
      try await checkProgress(pool)
      try await checkAudit(pool)
    }
    try await checkNothingIsLeft()
  }

  /// Waits until the last job has ended by itself.
  private func settle() async throws {
    try await deployment.withPool { pool in
      let store = RewrapStore(pool: pool)
      let open: Set<RewrapJob.Status> = [.running, .paused, .pausedSealed]
      do {
        _ = try await eventually("the rewrap to end", within: .seconds(60)) {
          try await store.jobs(of: tenant.id).contains { open.contains($0.status) } ? nil : true
        }
      } catch {
        Issue.record("never ended: \(try await store.jobs(of: tenant.id).first.map { "\($0)" } ?? "no job")")
        throw error
      }
    }
  }

  private func checkSecrets(_ pool: PostgresPool) async throws {
    let active = try await KeyStore(pool: pool).activeVersion(of: tenant.id).version
    let elsewhere = try await pool.execute(
      "SELECT count(*) FROM secret_values WHERE tenant_id = $1 AND key_version <> $2",
      [.uuid(tenant.id), .int4(active)])
    #expect(try elsewhere[0][0, as: Int64.self] == 0, "rows that are not under version \(active)")
    let found = try await deployment.decryptedSecrets(of: tenant, with: chaos.account)
    #expect(ledger.complaints(about: found.values) == [])
  }

  private func checkProgress(_ pool: PostgresPool) async throws {
    let shown = try await deployment.client.get("/admin/tenant-kms/rewrap", token: tenant.ownerToken)
    guard case .array(let jobs)? = try shown.json["jobs"], let newest = jobs.first else {
      Issue.record("no jobs in \(shown)")
      return
    }
    #expect(newest["status"] == "completed", "\(newest)")
    for job in jobs {
      let version = Int32(try #require(job["target_version"]?.integer))
      let processed = Int(try #require(job["processed"]?.integer))
      #expect(try await processed == chaos.tally.rewrapped(of: tenant.id, under: version), "\(job)")
      #expect(job["failed"] == 0, "\(job)")
      // What clients overwrote or deleted before the job came to it counts in its total alone.
      #expect(processed <= Int(try #require(job["total"]?.integer)), "\(job)")
    }
    #expect(try await chaos.tally.repeated(of: tenant.id) == 0, "rows rewrapped twice")
  }

  private func checkAudit(_ pool: PostgresPool) async throws {
    let chain = AuditChain(pool: pool)
    #expect(try await chain.verify().firstBadSequence == nil)
    let finished = try await chain.rows().filter { $0.entry.action == "rewrap.complete" }.map(\.entry.resourceID)
    let completed = try await RewrapStore(pool: pool).jobs(of: tenant.id).filter { $0.status == .completed }
    #expect(finished.sorted() == completed.map { $0.id.uuidString.lowercased() }.sorted())
  }

  private func checkNothingIsLeft() async throws {
    let connection = try await deployment.database.connect()
    for (what, question) in [
      ("the outbox to be empty", "SELECT count(*) = 0 FROM outbox"),
      ("no prepared transaction", "SELECT count(*) = 0 FROM pg_prepared_xacts WHERE database = current_database()"),
      (
        "no session idle in a transaction",
        "SELECT count(*) = 0 FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in%'"
      ),
      (
        "no advisory lock",
        """
        SELECT count(*) = 0 FROM pg_locks WHERE locktype = 'advisory'
          AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
        """
      ),
      ("nobody waiting for a lock", "SELECT count(*) = 0 FROM pg_locks WHERE NOT granted"),
    ] {
      _ = try await eventually(what) {
        try await connection.execute(PostgresStatement(unchecked: question))[0][0, as: Bool.self] ? true : nil
      }
    }
    await connection.close()
    try await checkQueues()
  }

  private struct Depth: Decodable {
    let name: String
    let messages: Int?
  }

  private func checkQueues() async throws {
    let path = "queues/\(deployment.virtualHost.name)"
    do {
      _ = try await eventually("the queues to be empty", within: .seconds(30)) {
        let depths = try await deployment.virtualHost.api.get(path, as: [Depth].self)
        return !depths.isEmpty && depths.allSatisfy { $0.messages == 0 } ? true : nil
      }
    } catch {
      let depths = try await deployment.virtualHost.api.get(path, as: [Depth].self)
      Issue.record("messages left: \(depths.filter { $0.messages != 0 })")
      throw error
    }
  }
}
