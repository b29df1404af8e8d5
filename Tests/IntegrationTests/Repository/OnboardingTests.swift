import Commands
import Foundation
import JSON
import Postgres
import Repository
import Testing

@Suite(.enabled(if: TestDatabase.isAvailable), .timeLimit(.minutes(1)))
struct OnboardingTests {
  @Test func `onboarding changes everything that it must`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      let provider = ProviderKey.sample(externalID: "ext-1")
      let key = NewKeyVersion.customer(1, provider)
      let leaseID = try await database.keys.onboard(
        key, under: provider, of: tenantID, actorID: "ada", at: MigratedDatabase.now)

      let active = try await database.keys.activeVersion(of: tenantID)
      #expect(active.id == key.id)
      #expect(active.version == 1)
      #expect(active.wrapping == key.wrapping)
      let versions = try await database.keys.versions(of: tenantID)
      #expect(versions.map(\.version) == [1, 0])
      #expect(versions.map(\.status) == [.active, .retired])
      #expect(versions[1].retiredAt != nil && versions[0].retiredAt == nil)
      #expect(try await database.keys.version(0, of: tenantID)?.wrapping.method == .global)

      let configuration = try #require(try await database.keys.configuration(of: tenantID))
      #expect(configuration.provider == "customer_kms_aws")
      #expect(configuration.keyReference == provider.keyReference)
      #expect(configuration.configuration == provider.configuration)
      #expect(configuration.sealedSince == nil && configuration.lastVerifyError == nil)

      let job = try #require(try await database.rewraps.job(leaseID, of: tenantID))
      #expect(job.status == .running)
      #expect(job.targetVersion == 1)
      let published = try await database.publishedNames()
      #expect(published == ["rewrap.start", "tenant.event"])

      let row = try #require(try await database.audit.rows().first)
      #expect(row.entry.action == "byok.kms.onboard")
      #expect(row.entry.tenantID == tenantID)
      #expect(row.entry.actorID == "ada")
      #expect(row.entry.resourceID == key.id.uuidString.lowercased())
      #expect(row.entry.details["version"] == 1)
      #expect(row.entry.details["rewrap_lease_id"]?.string == leaseID.uuidString.lowercased())
      // The external ID is the customer's proof: the log is read by more people than the configuration.
      #expect(!row.entry.details.canonicalText.contains("ext-1"))
      #expect(try await database.audit.verify().firstBadSequence == nil)
    }
  }

  @Test(arguments: [-1, 0, 2, 7] as [Int32])
  func `a version that isn't the next leaves everything as it was`(version: Int32) async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      await database.expectUnchanged(by: .keyVersionMoved) {
        try await database.keys.onboard(
          NewKeyVersion(id: UUID(), version: version, wrapping: NewKeyVersion.customer(0, .sample()).wrapping),
          under: .sample(), of: tenantID, actorID: "ada", at: MigratedDatabase.now)
      }
    }
  }

  @Test func `a tenant that doesn't exist leaves everything as it was`() async throws {
    try await MigratedDatabase.with { database in
      await database.expectUnchanged(by: .keyVersionMoved) { try await database.onboard(UUID()) }
      let error = await #expect(throws: RepositoryError.self) { try await database.keys.activeVersion(of: UUID()) }
      #expect(error?.code == .noSuchTenant)
    }
  }

  /// The key fails at its table, and the actor at the very last statement.
  @Test func `whatever fails, nothing of the rest is committed`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      let before = try await database.fingerprint()
      let provider = ProviderKey.sample()
      let contradiction = NewKeyVersion(
        id: UUID(), version: 1, wrapping: Wrapping(method: .global, wrappedKey: [1], provider: provider))
      await #expect(throws: PostgresError.self) {
        try await database.keys.onboard(
          contradiction, under: provider, of: tenantID, actorID: "ada", at: MigratedDatabase.now)
      }
      #expect(try await database.fingerprint() == before)
      await #expect(throws: PostgresError.self) { try await database.onboard(tenantID, actorID: "a\u{0}") }
      #expect(try await database.fingerprint() == before)
    }
  }

  @Test func `of several at once exactly one makes the next version`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      for version in 1...3 as ClosedRange<Int32> {
        let outcomes = await withTaskGroup { group in
          for _ in 0..<6 {
            group.addTask { await outcome { try await database.onboard(tenantID, version: version) } }
          }
          return await group.reduce(into: []) { $0.append($1) }
        }
        let winners = outcomes.count { if case .success = $0 { true } else { false } }
        #expect(winners == 1)
        for case .failure(let error) in outcomes { #expect((error as? RepositoryError)?.code == .keyVersionMoved) }
      }
      #expect(try await database.keys.versions(of: tenantID).map(\.version) == [3, 2, 1, 0])
      let open = try await database.count("SELECT count(*) FROM rewrap_jobs WHERE status = 'running'")
      #expect(open == 1)
      #expect(try await database.audit.verify().rows == 3)
    }
  }

  @Test func `an external ID belongs to the tenant that proved it, for good`() async throws {
    try await MigratedDatabase.with { database in
      let first = try await database.makeTenant()
      let second = try await database.makeTenant()
      try await database.onboard(first, version: 1, externalID: "proven")
      try await database.onboard(first, version: 2, externalID: "proven")
      try await database.onboard(first, version: 3, externalID: "another")
      #expect(try await database.keys.isExternalIDTaken("proven", by: second))
      #expect(try await !database.keys.isExternalIDTaken("proven", by: first))
      #expect(try await !database.keys.isExternalIDTaken("unheard of", by: second))
      await database.expectUnchanged(by: .externalIDInUse) { try await database.onboard(second, externalID: "proven") }
      try await database.onboard(first, version: 4, externalID: "proven")
    }
  }

  @Test func `of two tenants that claim an external ID at once one gets it`() async throws {
    try await MigratedDatabase.with { database in
      let tenants = [try await database.makeTenant(), try await database.makeTenant()]
      let outcomes = await withTaskGroup { group in
        for tenantID in tenants {
          group.addTask { await outcome { try await database.onboard(tenantID, externalID: "wanted") } }
        }
        return await group.reduce(into: []) { $0.append($1) }
      }
      let errors = outcomes.compactMap { outcome -> RepositoryError? in
        guard case .failure(let error) = outcome else { return nil }
        return error as? RepositoryError
      }
      #expect(errors.map(\.code) == [.externalIDInUse])
    }
  }

  @Test func `replacing a configuration unseals, and clears what was wrong with the old one`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      try await database.onboard(tenantID, version: 1)
      try await database.pool.execute("UPDATE tenant_kms_configs SET sealed_since = now(), last_verify_error = 'e'")
      #expect(try await database.keys.configuration(of: tenantID)?.sealedSince != nil)
      try await database.onboard(tenantID, version: 2)
      let configuration = try #require(try await database.keys.configuration(of: tenantID))
      #expect(configuration.sealedSince == nil)
      #expect(configuration.lastVerifyError == nil)
    }
  }

  @Test func `a second active version is refused by the database itself`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      let error = await #expect(throws: PostgresError.self) {
        try await database.pool.execute(
          """
          INSERT INTO tenant_keys (id, tenant_id, version, wrap_method, status, wrapped_key)
          VALUES ($1, $2, 1, 'global', 'active', '\\x01')
          """, [.uuid(UUID()), .uuid(tenantID)])
      }
      #expect(error?.constraintName == "tenant_keys_one_active")
    }
  }

  @Test(arguments: [
    "UPDATE tenant_keys SET status = 'revoked'", "UPDATE tenant_keys SET wrapped_key = NULL",
    "UPDATE tenant_keys SET wrap_method = 'customer_kms'", "UPDATE tenant_keys SET provider = 'customer_kms_aws'",
    "UPDATE tenant_keys SET version = -1", "UPDATE tenant_keys SET status = 'lost'",
  ])
  func `a key version that contradicts itself is refused by the database itself`(sql: String) async throws {
    try await MigratedDatabase.with { database in
      _ = try await database.makeTenant()
      let error = await #expect(throws: PostgresError.self) {
        try await database.pool.execute(PostgresStatement(unchecked: sql))
      }
      #expect(error?.sqlState == "23514")
    }
  }

  @Test func `a revoked version has no bytes`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      try await database.onboard(tenantID)
      try await database.pool.execute(
        "UPDATE tenant_keys SET status = 'revoked', wrapped_key = NULL, revoked_at = now() WHERE version = 0")
      let revoked = try #require(try await database.keys.version(0, of: tenantID))
      #expect(revoked.status == .revoked)
      #expect(revoked.wrapping.wrappedKey == [])
    }
  }
}

extension MigratedDatabase {
  /// Expects work to be refused, and every table to be as it was.
  func expectUnchanged<Value>(
    by code: RepositoryError.Code, sourceLocation: SourceLocation = #_sourceLocation, _ work: () async throws -> Value
  ) async {
    do {
      let before = try await fingerprint()
      let error = await #expect(throws: RepositoryError.self, sourceLocation: sourceLocation) { try await work() }
      #expect(error?.code == code, sourceLocation: sourceLocation)
      #expect(try await fingerprint() == before, sourceLocation: sourceLocation)
    } catch { Issue.record(error, sourceLocation: sourceLocation) }
  }

  /// Empties the outbox.
  /// - Returns: the names of the commands, in order.
  func publishedNames() async throws -> [String] {
    let names = Recorder<String>()
    _ = try await outbox.relay { entry in
      names.record(entry.name)
      return .published
    }
    return names.all
  }
}
