import Foundation
import JSON
import Postgres
import Repository
import Testing

/// The customer's promise, on running services: who takes the key away is heard though nobody calls.
@Suite(.enabled(if: Deployment.isPossible), .deploymentSlot) struct KillSwitchTests {
  /// Checks every second; and, for tests that watch requests, none within a test's life.
  static let eager = ["CHECK_INTERVAL_SECONDS": "1", "SEALED_CHECK_INTERVAL_SECONDS": "1"]
  static let idle = ["CHECK_INTERVAL_SECONDS": "3600", "SEALED_CHECK_INTERVAL_SECONDS": "3600"]

  @Test func `each kill switch seals the tenant with nobody calling, and giving the key back unseals it`()
    async throws
  {
    let account = try await CustomerAWSAccount.create(on: StandInAWS(endpoint: try #require(StandInAWS.endpoint)))
    try await Deployment.with(Self.eager, as: account) { deployment in
      let tenant = try await deployment.makeOnboardedTenant(account)
      let other = try await deployment.makeTenant()
      try await deployment.checkNow()
      for killSwitch in KillSwitch.allCases {
        try await killSwitch.pull(account)
        let sealed = try await deployment.configuration(of: tenant, "\(killSwitch): the seal") {
          $0["sealed_since"] != .null
        }
        let error = try #require(sealed["last_verify_error"]?.string)
        #expect(error.contains("access_denied") || error.contains("key_"), "\(killSwitch): \(error)")
        // The API hears of the seal a moment after it is committed, and serves from memory until then.
        let refused = try await eventually("\(killSwitch): the refusal") {
          let answer = try await deployment.makeSecret(for: tenant)
          return answer.status == 201 ? nil : answer
        }
        #expect(refused.status == 503, "\(killSwitch): \(refused)")
        #expect(try refused.error["type"] == "tenant_sealed", "\(killSwitch): \(refused)")
        #expect(refused.headers["retry-after"] == "30")
        #expect(refused.text.contains(try #require(error.split(separator: ":").first)))
        #expect(try await deployment.client.get("/v1/secrets", token: tenant.apiKey).status == 200)
        #expect(try await deployment.makeSecret(for: other).status == 201, "\(killSwitch)")

        try await killSwitch.restore(account)
        _ = try await deployment.configuration(of: tenant, "\(killSwitch): the unsealing") {
          $0["sealed_since"] == .null && $0["last_verify_error"] == .null
        }
        let accepted = try await deployment.makeSecret(for: tenant)
        #expect(accepted.status == 201, "\(killSwitch): \(accepted)")
      }
      let chain = AuditChain(pool: deployment.database.pool(size: 1))
      let actions = try await chain.rows().filter { $0.entry.tenantID == tenant.id }.map(\.entry.action)
      #expect(actions.count { $0 == "byok.kms.seal" } == KillSwitch.allCases.count)
      #expect(actions.count { $0 == "byok.kms.unseal" } == KillSwitch.allCases.count)
      #expect(try await chain.verify().firstBadSequence == nil)
    }
  }

  @Test func `a request that meets the denial first seals, and an admin who has restored the key unseals`()
    async throws
  {
    let account = try await CustomerAWSAccount.create(on: StandInAWS(endpoint: try #require(StandInAWS.endpoint)))
    try await Deployment.with(Self.idle, workers: 0, as: account) { deployment in
      let tenant = try await deployment.makeOnboardedTenant(account)
      // Nobody but requests and the admin looks from now on.
      await deployment.verifier?.stop()
      func unseal(_ asking: Deployment.Tenant? = nil, steppedUp: Bool = true) async throws -> APIAnswer {
        let asking = asking ?? tenant
        let token = steppedUp ? try await deployment.stepUpToken(for: asking.id) : ""
        return try await deployment.client.send(
          "POST", "/admin/tenant-kms/unseal", token: asking.ownerToken, headers: ["X-KnoxCall-StepUp": token])
      }
      #expect(try await unseal(steppedUp: false).status == 401)
      let none = try await unseal(deployment.makeTenant())
      #expect(none.status == 404)
      #expect(try none.error["type"] == "no_kms_config")
      let open = try await unseal()
      #expect(open.status == 409)
      #expect(try open.error["type"] == "not_sealed")

      try await KillSwitch.disableKey.pull(account)
      let refused = try await deployment.makeSecret(for: tenant)
      #expect(refused.status == 503)
      #expect(try refused.error["type"] == "tenant_sealed")
      _ = try await deployment.configuration(of: tenant, "the seal") { $0["sealed_since"] != .null }
      let denied = try await unseal()
      #expect(denied.status == 502)
      #expect(try denied.error["type"] == "unseal_failed")
      #expect(try denied.error["reason"] == "access_denied")

      try await KillSwitch.disableKey.restore(account)
      let still = try await deployment.makeSecret(for: tenant)
      #expect(still.status == 503, "the seal is the database's, not the cloud's: \(still)")
      let unsealed = try await unseal()
      #expect(unsealed.status == 200)
      #expect(try unsealed.json == ["unsealed": true])
      #expect(try await deployment.makeSecret(for: tenant).status == 201)
      let actors = try await AuditChain(pool: deployment.database.pool(size: 1)).rows().map {
        "\($0.entry.action) \($0.entry.actorID)"
      }
      #expect(actors.suffix(2) == ["byok.kms.seal onboarding-api", "byok.kms.unseal operator"])
    }
  }

  @Test func `a cloud that can't be reached degrades the tenant, which is served from memory`() async throws {
    let endpoint = try #require(StandInAWS.endpoint.flatMap(URLComponents.init(string:)))
    let account = try await CustomerAWSAccount.create(on: StandInAWS(endpoint: try #require(endpoint.string)))
    let proxy = try FaultProxy(to: endpoint.port ?? 80)
    defer { proxy.stop() }
    let settings = Self.eager.merging(["AWS_ENDPOINT_URL": "http://127.0.0.1:\(proxy.port)"]) { $1 }
    try await Deployment.with(settings, workers: 0, as: account) { deployment in
      let tenant = try await deployment.makeOnboardedTenant(account)
      // The broadcast of the onboarding may still be on its way to the API, and have it forget the key once more.
      let isServed = try await eventually("the key in memory") {
        proxy.behave(.forward)
        let first = try await deployment.makeSecret(for: tenant).status
        proxy.behave(.reset)
        return try await (first, deployment.makeSecret(for: tenant).status) == (201, 201) ? true : nil
      }
      #expect(isServed)
      try await deployment.checkNow()
      let degraded = try await deployment.configuration(of: tenant, "a failed check") {
        $0["last_verify_error"] != .null
      }
      #expect(degraded["sealed_since"] == .null)
      #expect(degraded["last_verify_error"]?.string?.hasPrefix("unreachable") == true)
      #expect(try await deployment.makeSecret(for: tenant).status == 201)
      proxy.behave(.forward)
      _ = try await deployment.configuration(of: tenant, "a good check") { $0["last_verify_error"] == .null }
    }
  }

  @Test func `a check costs the customer one Decrypt, and a thousand requests on a cold cache together another`()
    async throws
  {
    let endpoint = try #require(StandInAWS.endpoint.flatMap(URLComponents.init(string:)))
    let account = try await CustomerAWSAccount.create(on: StandInAWS(endpoint: try #require(endpoint.string)))
    let proxy = try FaultProxy(to: endpoint.port ?? 80)
    defer { proxy.stop() }
    let settings = Self.idle.merging(
      ["AWS_ENDPOINT_URL": "http://127.0.0.1:\(proxy.port)", "DATABASE_CONNECTIONS": "16"]) { $1 }
    try await Deployment.with(settings, workers: 0, as: account) { deployment in
      let tenant = try await deployment.makeOnboardedTenant(account)
      let calls = ["TrentService.Decrypt", "TrentService.Encrypt", "Action=AssumeRole&"]
      let before = calls.map(proxy.count)
      let verified = try await deployment.configuration(of: tenant, "the onboarding") { _ in true }["last_verified_at"]
      try await deployment.checkNow()
      _ = try await deployment.configuration(of: tenant, "a check") { $0["last_verified_at"] != verified }
      #expect(zip(calls.map(proxy.count), before).map(-) == [1, 0, 1])

      let answers = try await deployment.storm(1_000, of: tenant)
      #expect(Set(answers).subtracting([201, 503]).isEmpty, "\(Set(answers))")
      #expect(answers.count { $0 == 201 } > 0)
      #expect(zip(calls.map(proxy.count), before).map(-) == [2, 0, 2])
    }
  }
}
