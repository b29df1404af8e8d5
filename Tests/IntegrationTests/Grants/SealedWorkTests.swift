import Foundation
import JSON
import Postgres
import Repository
import Testing

/// What follows from a cloud that stays silent, and from a seal in the middle of a rewrap, on running services.
@Suite(.enabled(if: Deployment.isPossible), .deploymentSlot, .timeLimit(.minutes(3))) struct SealedWorkTests {
  @Test func `a cloud that stays silent for as long as keys live seals as unreachable, and its first answer unseals`()
    async throws
  {
    let endpoint = try #require(StandInAWS.endpoint.flatMap(URLComponents.init(string:)))
    let account = try await CustomerAWSAccount.create(on: StandInAWS(endpoint: try #require(endpoint.string)))
    let proxy = try FaultProxy(to: endpoint.port ?? 80)
    defer { proxy.stop() }
    let settings = KillSwitchTests.eager.merging(["AWS_ENDPOINT_URL": "http://127.0.0.1:\(proxy.port)"]) { $1 }
    try await Deployment.with(settings, workers: 0, as: account) { deployment in
      let tenant = try await deployment.makeOnboardedTenant(account)
      #expect(try await deployment.makeSecret(for: tenant).status == 201)
      proxy.behave(.reset)
      try await deployment.checkNow()
      let degraded = try await deployment.configuration(of: tenant, "a failed check") {
        $0["last_verify_error"] != .null
      }
      #expect(degraded["sealed_since"] == .null)

      try await deployment.lastAnswered(.seconds(300), ago: tenant)
      let sealed = try await deployment.configuration(of: tenant, "the seal") { $0["sealed_since"] != .null }
      #expect(sealed["last_verify_error"]?.string?.hasPrefix("unreachable for too long") == true, "\(sealed)")
      let refused = try await eventually("the refusal") {
        let answer = try await deployment.makeSecret(for: tenant)
        return answer.status == 201 ? nil : answer
      }
      #expect(refused.status == 503, "\(refused)")
      #expect(try refused.error["type"] == "tenant_sealed")
      #expect(refused.text.contains("unreachable for too long"))

      proxy.behave(.forward)
      _ = try await deployment.configuration(of: tenant, "the unsealing") {
        $0["sealed_since"] == .null && $0["last_verify_error"] == .null
      }
      #expect(try await deployment.makeSecret(for: tenant).status == 201)
      let actions = try await deployment.auditEntries(of: tenant).map(\.action)
      #expect(actions.suffix(2) == ["byok.kms.seal", "byok.kms.unseal"])
      try await deployment.expectSound(tenant)
    }
  }

  @Test func `a rewrap waits while its tenant is sealed, and then goes on by itself to the last row`() async throws {
    let account = try await CustomerAWSAccount.create(on: StandInAWS(endpoint: try #require(StandInAWS.endpoint)))
    try await Deployment.with(KillSwitchTests.eager, as: account) { deployment in
      let tenant = try await deployment.makeTenant()
      let values = try await deployment.makeSecrets(60, for: tenant)
      try await deployment.limitRewrap(to: 3, of: tenant)
      try await deployment.onboard(account.candidate, for: tenant)
      try await deployment.checkNow()
      let begun = try await deployment.rewrap(of: tenant, "some rows") { ($0["processed"]?.integer ?? 0) > 0 }
      #expect(begun["status"] == "running")

      try await KillSwitch.denyInline.pull(account)
      let paused = try await deployment.rewrap(of: tenant, "the pause") { $0["status"] == "paused_sealed" }
      #expect(paused["rewrap_lease_id"] == begun["rewrap_lease_id"])
      #expect(paused["finished_at"] == .null)
      let processed = try #require(paused["processed"]?.integer)
      #expect(processed < 60)
      // It would go fast now, if it went.
      try await deployment.limitRewrap(to: nil, of: tenant)

      try await KillSwitch.denyInline.restore(account)
      let done = try await deployment.rewrap(of: tenant, "the end") { $0["finished_at"] != .null }
      #expect(done["status"] == "completed")
      #expect(done["rewrap_lease_id"] == begun["rewrap_lease_id"])
      #expect(done["failed"] == 0)
      let read = try await deployment.decryptedSecrets(of: tenant, with: account)
      #expect(read.values == values)
      #expect(Set(read.keyVersions) == [1])
      try await deployment.expectSound(tenant)
    }
  }
}

extension Deployment {
  /// Sets when a tenant's key answered last.
  fileprivate func lastAnswered(_ duration: Duration, ago tenant: Tenant) async throws {
    let connection = try await database.connect()
    _ = try await connection.execute(
      "UPDATE tenant_kms_configs SET last_verified_at = now() - make_interval(secs => $2) WHERE tenant_id = $1",
      [.uuid(tenant.id), .float8(duration / .seconds(1))])
    await connection.close()
  }

  /// Limits how many of a tenant's rows are rewrapped a second.
  fileprivate func limitRewrap(to rows: Int?, of tenant: Tenant) async throws {
    let rate = rows.map(String.init) ?? "none"
    _ = try await Self.run(
      ["rewrap", "limit", "--tenant", tenant.id.uuidString, "--rows-per-second", rate], environment)
  }

  /// The tenant's newest rewrap job, once it is as expected.
  fileprivate func rewrap(
    of tenant: Tenant, _ what: String, _ isExpected: (JSONValue) -> Bool
  ) async throws -> JSONValue {
    try await eventually(what) {
      guard
        case .array(let jobs)? = try await client.get("/admin/tenant-kms/rewrap", token: tenant.ownerToken).json["jobs"],
        let job = jobs.first, isExpected(job)
      else { return nil }
      return job
    }
  }
}
