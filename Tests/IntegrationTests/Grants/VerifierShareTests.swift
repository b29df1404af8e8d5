import Foundation
import JSON
import Postgres
import Testing

/// Several verifiers, as processes, that share the tenants between them.
@Suite(.enabled(if: Deployment.isPossible), .deploymentSlot, .timeLimit(.minutes(3))) struct VerifierShareTests {
  /// Nobody's turn comes by itself within a test's life, and no verifier can take all.
  static let settings = KillSwitchTests.idle.merging(
    ["CHECK_CONCURRENCY": "2", "KMS_TOTAL_TIMEOUT_SECONDS": "1", "KMS_CONNECT_TIMEOUT_SECONDS": "1"]) { $1 }

  @Test func `each tenant's turn is one verifier's alone, and what one that dies had taken another takes over`()
    async throws
  {
    let endpoint = try #require(StandInAWS.endpoint.flatMap(URLComponents.init(string:)))
    let account = try await CustomerAWSAccount.create(on: StandInAWS(endpoint: try #require(endpoint.string)))
    let ways = [try FaultProxy(to: endpoint.port ?? 80), try FaultProxy(to: endpoint.port ?? 80)]
    defer { for way in ways { way.stop() } }
    try await Deployment.with(Self.settings, verifies: false, workers: 0, as: account) { deployment in
      let verifiers = try ways.map { way in
        try RunningProgram(
          "verifier",
          environment: (deployment.environments[.verifier] ?? [:])
            .merging(["AWS_ENDPOINT_URL": "http://127.0.0.1:\(way.port)"]) { $1 })
      }
      func stop() async { for verifier in verifiers { await verifier.stop(SIGKILL) } }
      do { try await share(deployment, account, ways, verifiers) } catch {
        await stop()
        throw error
      }
      await stop()
    }
  }

  private func share(
    _ deployment: Deployment, _ account: CustomerAWSAccount, _ ways: [FaultProxy], _ verifiers: [RunningProgram]
  ) async throws {
    var tenants: [Deployment.Tenant] = []
    for _ in 0..<8 {
      let tenant = try await deployment.makeTenant()
      let customer = try await CustomerAWSAccount.create(on: account.aws, besides: account)
      try await deployment.onboard(customer.candidate, for: tenant)
      tenants.append(tenant)
    }
    // A check decrypts once; an onboarding did too.
    func looks(by way: FaultProxy) -> Int { way.count(of: "TrentService.Decrypt") }
    let onboarded = ways.map(looks)
    for turn in 1...5 {
      let began = try await deployment.databaseTime()
      try await deployment.checkNow()
      _ = try await eventually("turn \(turn)") { try await deployment.verifiedSince(began) == 8 ? true : nil }
      #expect(zip(ways.map(looks), onboarded).map(-).reduce(0, +) == 8 * turn)
    }
    for (way, before) in zip(ways, onboarded) { #expect(looks(by: way) > before, "each has had a share") }

    ways[1].behave(.hang)
    let began = try await deployment.databaseTime()
    try await deployment.checkNow()
    _ = try await eventually("all but what hangs") { try await deployment.verifiedSince(began) >= 6 ? true : nil }
    await verifiers[1].stop(SIGKILL)
    let left = 8 - Int(try await deployment.verifiedSince(began))
    if left > 0 {
      // Who died has claimed them until the lease ends: let that time go by.
      try await deployment.pass(.seconds(3600))
      _ = try await eventually("what the dead one had taken") {
        try await deployment.verifiedSince(began) == 8 ? true : nil
      }
    }
    for tenant in tenants {
      let shown = try await deployment.client.get("/admin/tenant-kms", token: tenant.ownerToken)
      #expect(try shown.json["config"]?["sealed_since"] == .null, "\(shown)")
    }
  }
}

extension Deployment {
  fileprivate func databaseTime() async throws -> Date {
    let connection = try await database.connect()
    let time = try await connection.execute("SELECT clock_timestamp() AS time", [])[0].get("time", as: Date.self)
    await connection.close()
    return time
  }

  /// How many tenants' grants have answered since.
  fileprivate func verifiedSince(_ time: Date) async throws -> Int64 {
    let connection = try await database.connect()
    let count = try await connection.execute(
      "SELECT count(*) AS count FROM tenant_kms_configs WHERE last_verified_at >= $1", [.timestamp(time)])[0]
      .get("count", as: Int64.self)
    await connection.close()
    return count
  }

  /// Lets time go by as far as looks at grants are concerned.
  fileprivate func pass(_ duration: Duration) async throws {
    let connection = try await database.connect()
    _ = try await connection.execute(
      "UPDATE tenant_kms_configs SET next_check_at = next_check_at - make_interval(secs => $1)",
      [.float8(duration / .seconds(1))])
    await connection.close()
  }
}
