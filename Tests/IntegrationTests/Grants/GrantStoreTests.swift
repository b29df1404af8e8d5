import Commands
import Foundation
import JSON
import Postgres
import Repository
import Testing

@Suite(.enabled(if: TestDatabase.isAvailable), .timeLimit(.minutes(1)))
struct GrantStoreTests {
  static let denial = GrantFinding.denied("key_disabled at decrypt: Enable it.")

  @Test func `an onboarding has just looked, and its tenant is due a minute later`() async throws {
    try await MigratedDatabase.with { database in
      let tenant = try await database.makeTenant()
      try await database.onboard(tenant)
      #expect(try await database.grants.claim(limit: 10, lease: .seconds(60)) == [])
      try await database.makeDue(by: .seconds(30))
      #expect(try await database.grants.claim(limit: 10, lease: .seconds(60)) == [])
      try await database.makeDue(by: .seconds(30))
      let check = try #require(try await database.grants.claim(limit: 10, lease: .seconds(60)).first)
      #expect(check.state == .initial)
      #expect(check.version == (try await database.keys.activeVersion(of: tenant)))
    }
  }

  @Test func `what the platform's key wraps is never due`() async throws {
    try await MigratedDatabase.with { database in
      _ = try await database.makeTenant()
      #expect(try await database.grants.claim(limit: 10, lease: .seconds(60)) == [])
    }
  }

  @Test func `of many that claim at once, each look is one's alone until its lease ends`() async throws {
    try await MigratedDatabase.with { database in
      for _ in 0..<60 { try await database.onboard(database.makeTenant()) }
      try await database.makeDue()
      let claimed = try await withThrowingTaskGroup { group in
        for _ in 0..<12 {
          group.addTask { try await database.grants.claim(limit: 7, lease: .seconds(60)).map(\.version.tenantID) }
        }
        return try await group.reduce(into: [UUID]()) { $0 += $1 }
      }
      #expect(Set(claimed).count == claimed.count)
      let rest = try await database.grants.claim(limit: 60, lease: .seconds(60)).count
      #expect(claimed.count + rest == 60)
      #expect(try await database.grants.claim(limit: 60, lease: .seconds(60)) == [])
      // Those that claimed have died.
      try await database.makeDue(by: .seconds(60))
      #expect(try await database.grants.claim(limit: 60, lease: .seconds(60)).count == 60)
    }
  }

  @Test func `answers move the next look up to a tenth closer than the interval`() async throws {
    try await MigratedDatabase.with { database in
      var tenants: [UUID] = []
      for _ in 0..<20 { tenants.append(try await database.makeTenant()) }
      for tenant in tenants { try await database.onboard(tenant) }
      try await database.grants.recordAnswers(of: tenants, pace: GrantPace())
      let row = try await database.pool.execute(
        """
        SELECT extract(epoch FROM min(next_check_at) - now())::float8 AS soonest,
          extract(epoch FROM max(next_check_at) - now())::float8 AS latest, count(DISTINCT next_check_at) AS times
        FROM tenant_kms_configs
        """)[0]
      #expect(try row.get("soonest", as: Double.self) > 50)
      #expect(try row.get("latest", as: Double.self) <= 60)
      #expect(try row.get("times", as: Int64.self) > 1)
    }
  }

  @Test func `a denial seals in one transaction with the rewrap's pause, the audit row and the event`() async throws {
    try await MigratedDatabase.with { database in
      let tenant = try await database.makeTenant()
      let job = try await database.onboard(tenant)
      let version = try await database.keys.activeVersion(of: tenant)
      #expect(
        try await database.grants.record(Self.denial, of: version, by: "verifier", at: MigratedDatabase.now) == .sealed)
      let sealed = try #require(try await database.keys.configuration(of: tenant))
      #expect(sealed.sealedSince != nil)
      #expect(sealed.lastVerifyError == "key_disabled at decrypt: Enable it.")
      #expect(try await database.rewraps.job(job)?.status == .pausedSealed)
      #expect(try await database.sealEvents() == [.tenantSealed])
      let entry = try #require(try await database.audit.rows().last?.entry)
      #expect(entry.action == "byok.kms.seal")
      #expect(entry.actorID == "verifier")
      #expect(entry.details["sign"] == "denied")
      let seal = TenantSeal(
        since: try #require(sealed.sealedSince), reason: "key_disabled at decrypt: Enable it.")
      for version in try await database.keys.versions(of: tenant) { #expect(version.seal == seal) }
      let seen = try await database.keys.activeVersion(of: tenant)
      #expect(try await database.grants.record(.answered, of: seen, by: "ada", at: MigratedDatabase.now) == .active)
      let open = try #require(try await database.keys.configuration(of: tenant))
      #expect(open.sealedSince == nil)
      #expect(open.lastVerifyError == nil)
      #expect(open.lastVerifiedAt > sealed.lastVerifiedAt)
      #expect(try await database.rewraps.job(job)?.status == .running)
      #expect(try await database.sealEvents() == [.tenantSealed, .tenantUnsealed])
      #expect(try await database.audit.rows().last?.entry.action == "byok.kms.unseal")
      #expect(try await database.audit.rows().last?.entry.actorID == "ada")
      #expect(try await database.audit.verify().firstBadSequence == nil)
    }
  }

  @Test func `a sealed tenant that is denied again stays sealed since the first time, and nobody is told twice`()
    async throws
  {
    try await MigratedDatabase.with { database in
      let tenant = try await database.makeTenant()
      try await database.onboard(tenant)
      try await database.find(Self.denial, of: tenant)
      let first = try await database.keys.configuration(of: tenant)
      let rows = try await database.audit.rows().count
      for finding in [GrantFinding.denied("access_denied: Allow it."), .faltered("throttled: Wait.")] {
        #expect(try await database.find(finding, of: tenant) == .sealed)
      }
      let now = try await database.keys.configuration(of: tenant)
      #expect(now?.sealedSince == first?.sealedSince)
      #expect(now?.lastVerifyError == "throttled: Wait.")
      #expect(try await database.audit.rows().count == rows)
      #expect(try await database.sealEvents() == [.tenantSealed])
    }
  }

  @Test func `a failure that may pass degrades, and seals as unreachable once the last answer is too old`()
    async throws
  {
    try await MigratedDatabase.with { database in
      let tenant = try await database.makeTenant()
      try await database.onboard(tenant)
      let faltered = GrantFinding.faltered("throttled: Wait.")
      #expect(try await database.find(faltered, of: tenant) == .degraded)
      #expect(try await database.keys.configuration(of: tenant)?.lastVerifyError == "throttled: Wait.")
      #expect(try await database.keys.configuration(of: tenant)?.sealedSince == nil)
      try await database.answered(.seconds(299), ago: tenant)
      #expect(try await database.find(faltered, of: tenant) == .degraded)
      try await database.answered(.seconds(300), ago: tenant)
      #expect(try await database.find(faltered, of: tenant) == .sealed)
      #expect(
        try await database.keys.configuration(of: tenant)?.lastVerifyError
          == "unreachable for too long, at last: throttled: Wait.")
      #expect(try await database.audit.rows().last?.entry.details["sign"] == "lapsed")
      #expect(try await database.find(.answered, of: tenant) == .active)
    }
  }

  @Test func `after a time in which nobody looked, one failure seals nobody, and an answer makes all good`()
    async throws
  {
    try await MigratedDatabase.with { database in
      let tenant = try await database.makeTenant()
      try await database.onboard(tenant)
      try await database.answered(.seconds(3600), ago: tenant)
      #expect(try await database.find(.faltered("throttled: Wait."), of: tenant) == .degraded)
      #expect(try await database.find(.answered, of: tenant) == .active)
      #expect(try await database.sealEvents() == [])
    }
  }

  @Test func `a finding about a key that was replaced meanwhile changes nothing`() async throws {
    try await MigratedDatabase.with { database in
      let tenant = try await database.makeTenant()
      try await database.onboard(tenant)
      let old = try await database.keys.activeVersion(of: tenant)
      try await database.onboard(tenant, version: 2)
      let before = try await database.fingerprint()
      #expect(
        try await database.grants.record(Self.denial, of: old, by: "verifier", at: MigratedDatabase.now) == nil)
      #expect(try await database.fingerprint() == before)
    }
  }

  @Test func `an answer from before a seal doesn't break it, nor a denial from before an unsealing set it anew`()
    async throws
  {
    try await MigratedDatabase.with { database in
      let tenant = try await database.makeTenant()
      try await database.onboard(tenant)
      let open = try await database.keys.activeVersion(of: tenant)
      try await database.find(Self.denial, of: tenant)
      let sealed = try await database.keys.activeVersion(of: tenant)
      var before = try await database.fingerprint()
      #expect(try await database.grants.record(.answered, of: open, by: "verifier", at: MigratedDatabase.now) == nil)
      try await database.grants.recordAnswers(of: [tenant], pace: GrantPace())
      #expect(try await database.fingerprint() == before)
      try await database.find(.answered, of: tenant)
      before = try await database.fingerprint()
      #expect(
        try await database.grants.record(Self.denial, of: sealed, by: "verifier", at: MigratedDatabase.now) == nil)
      #expect(try await database.fingerprint() == before)
    }
  }

  @Test func `replacing the key of a sealed tenant unseals it, and every process hears of that`() async throws {
    try await MigratedDatabase.with { database in
      let tenant = try await database.makeTenant()
      try await database.onboard(tenant)
      try await database.find(Self.denial, of: tenant)
      let job = try await database.onboard(tenant, version: 2)
      #expect(try await database.keys.activeVersion(of: tenant).seal == nil)
      #expect(try await database.rewraps.job(job)?.status == .running)
      #expect(try await database.sealEvents() == [.tenantSealed, .tenantUnsealed])
      try await database.onboard(tenant, version: 3)
      #expect(try await database.sealEvents() == [.tenantSealed, .tenantUnsealed])
    }
  }
}

extension MigratedDatabase {
  var grants: GrantStore { GrantStore(pool: services) }

  /// Lets time go by as far as looks at grants are concerned.
  func makeDue(by duration: Duration = .seconds(61)) async throws {
    _ = try await pool.execute(
      "UPDATE tenant_kms_configs SET next_check_at = next_check_at - make_interval(secs => $1)",
      [.float8(duration / .seconds(1))])
  }

  /// Sets when a tenant's key answered last.
  func answered(_ duration: Duration, ago tenantID: UUID) async throws {
    _ = try await pool.execute(
      "UPDATE tenant_kms_configs SET last_verified_at = now() - make_interval(secs => $2) WHERE tenant_id = $1",
      [.uuid(tenantID), .float8(duration / .seconds(1))])
  }

  /// Records a finding about what the tenant has now.
  @discardableResult
  func find(_ finding: GrantFinding, of tenantID: UUID) async throws -> GrantState? {
    try await grants.record(
      finding, of: keys.activeVersion(of: tenantID), by: "verifier", pace: GrantPace(), at: Self.now)
  }

  /// The events of sealing and unsealing that wait in the outbox, in order.
  func sealEvents() async throws -> [TenantEvent.Kind] {
    try await pool.execute("SELECT body FROM outbox WHERE name = 'tenant.event' ORDER BY id").map {
      try JSONDecoder().decode(TenantEvent.self, from: Data(try $0.get("body", as: [UInt8].self))).kind
    }.filter { [.tenantSealed, .tenantUnsealed].contains($0) }
  }
}
