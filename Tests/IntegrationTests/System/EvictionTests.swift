import Foundation
import JSON
import Testing

/// What a revocation says about the keys in the memory of the processes that run.
@Suite(.enabled(if: Deployment.isPossible), .deploymentSlot) struct EvictionTests {
  @Test func `a revocation waits for every process that may hold the key, and says until when one that is silent may`()
    async throws
  {
    let account = try await CustomerAWSAccount.create(on: StandInAWS(endpoint: try #require(StandInAWS.endpoint)))
    try await Deployment.with(workers: 2, as: account) { deployment in
      let tenant = try await deployment.makeTenant()
      let values = try await deployment.makeSecrets(3, for: tenant)
      try await deployment.onboard(account.candidate, for: tenant)
      _ = try await deployment.finishedRewrap(of: tenant)
      let all = try await deployment.revoke(0, of: tenant)
      #expect(all["evicted"] == true)
      #expect(abs(try Self.time(all["evicted_by"]).timeIntervalSinceNow) < 60)

      #expect(try await deployment.call("POST", "/admin/tenant-kms/rotate", of: tenant).status == 200)
      _ = try await deployment.finishedRewrap(of: tenant)
      for worker in deployment.workers { worker.signal(SIGSTOP) }
      let began = Date()
      let some = try await deployment.revoke(1, of: tenant)
      #expect(Date().timeIntervalSince(began) >= 2)
      #expect(some["revoked"] == true)
      #expect(some["evicted"] == false)
      // Five minutes from the revocation, which was at most as long ago as the call.
      let expected = Double(301)
      let by = try Self.time(some["evicted_by"])
      #expect(by.timeIntervalSince(began) >= expected)
      #expect(by.timeIntervalSinceNow <= expected)

      // Asked once more, with all of them alive, it can say that the key is gone.
      for worker in deployment.workers { worker.signal(SIGCONT) }
      let isEvicted = try await eventually("the eviction") {
        try await deployment.revoke(1, of: tenant)["evicted"] == true ? true : nil
      }
      #expect(isEvicted)
      #expect(try await deployment.revealedSecrets(of: tenant) == values)
      try await deployment.expectSound(tenant)
    }
  }

  @Test func `a process that was told to stop holds nothing, and nobody waits for it`() async throws {
    let account = try await CustomerAWSAccount.create(on: StandInAWS(endpoint: try #require(StandInAWS.endpoint)))
    try await Deployment.with(as: account) { deployment in
      let tenant = try await deployment.makeTenant()
      _ = try await deployment.makeSecrets(3, for: tenant)
      try await deployment.onboard(account.candidate, for: tenant)
      _ = try await deployment.finishedRewrap(of: tenant)
      for worker in deployment.workers { #expect(await worker.stop() == 0) }
      #expect(try await deployment.revoke(0, of: tenant)["evicted"] == true)
    }
  }

  private static func time(_ value: JSONValue?) throws -> Date {
    try Date(#require(value?.string), strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true))
  }
}

extension Deployment {
  /// Revokes a version that wraps nothing any more.
  fileprivate func revoke(_ version: Int, of tenant: Tenant) async throws -> JSONValue {
    let answer = try await call(
      "POST", "/admin/tenant-kms/versions/\(version)/revoke", of: tenant, ["confirm": .string(tenant.slug)])
    try #require(answer.status == 200, "\(answer)")
    return try answer.json
  }
}
