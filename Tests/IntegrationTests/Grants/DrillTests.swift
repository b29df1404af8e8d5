import Cryptography
import Foundation
import JSON
import Postgres
import Repository
import Testing

/// `onboarding-api drill kill-switch`, beside running services.
@Suite(.enabled(if: Deployment.isPossible), .deploymentSlot) struct DrillTests {
  @Test func `a drill seals and unseals for real, measures each step, and signs what it saw`() async throws {
    let account = try await CustomerAWSAccount.create(on: StandInAWS(endpoint: try #require(StandInAWS.endpoint)))
    // Checks every 4 seconds, every 2 while sealed; what is promised is so long and 2 seconds.
    let settings = ["CHECK_INTERVAL_SECONDS": "4", "SEALED_CHECK_INTERVAL_SECONDS": "2"]
    try await Deployment.with(settings, as: account) { deployment in
      let tenant = try await deployment.makeTenant()
      _ = try await deployment.makeSecrets(3, for: tenant)
      try await deployment.onboard(account.candidate, for: tenant)
      _ = try await deployment.finishedRewrap(of: tenant)
      let agent = try await deployment.makeAgent(for: tenant)
      let session = try await agent.send(to: deployment.client)
      #expect(session.status == 200, "\(session)")
      try await deployment.checkNow()

      let printed = try await Deployment.run(
        ["drill", "kill-switch", "--tenant", tenant.id.uuidString, "--patience", "60"], deployment.environment)
      let report = try #require(try JSONValue(parsing: Array(printed.utf8))["report"])
      #expect(report["tenant_id"]?.string == tenant.id.uuidString.lowercased())
      #expect(report["kms_key_ref"]?.string == account.keyARN)
      #expect(report["reason"]?.string?.hasPrefix("key_disabled") == true)
      let detection = try #require(report.seconds("seconds_to_detection"))
      let eviction = try #require(report.seconds("seconds_to_eviction"))
      #expect((0...6).contains(detection), "\(detection)")
      #expect((detection...detection + 2).contains(eviction), "\(eviction)")
      #expect((0...4).contains(try #require(report.seconds("seconds_to_unsealing"))))
      #expect((0.0...300).contains(try #require(report.seconds("seconds_to_last_session_end"))))
      #expect(report["last_session_ends_at"] == (try session.json["expires_at"]))
      guard case .array(let processes)? = report["processes"] else { return #expect(Bool(false), "no processes") }
      #expect(processes.compactMap { $0["service"]?.string } == ["onboarding-api", "rewrap-worker"])

      #expect(try await deployment.makeSecret(for: tenant).status == 201)
      let entries = try await deployment.auditEntries(of: tenant)
      #expect(entries.map(\.action).suffix(3) == ["byok.kms.seal", "byok.kms.unseal", "byok.kms.drill"])
      let hash = SHA256.hash(report.canonicalBytes).hexadecimal
      #expect(entries.last?.details["report_sha256"]?.string == hash)
      try await expectVerifiable(printed, deployment)
      try await deployment.expectSound(tenant)
    }
  }

  @Test func `a drill with nothing to take away, or that nobody detects, ends with the key given back`() async throws {
    let account = try await CustomerAWSAccount.create(on: StandInAWS(endpoint: try #require(StandInAWS.endpoint)))
    try await Deployment.with(KillSwitchTests.idle, workers: 0, as: account) { deployment in
      let tenant = try await deployment.makeTenant()
      let drill = ["drill", "kill-switch", "--tenant", tenant.id.uuidString, "--patience", "1"]
      let failed = Deployment.Failed(arguments: drill, exitCode: 1)
      await #expect(throws: failed) { try await Deployment.run(drill, deployment.environment) }
      try await deployment.onboard(account.candidate, for: tenant)
      await #expect(throws: failed) { try await Deployment.run(drill, deployment.environment) }
      try await deployment.checkNow()
      _ = try await deployment.configuration(of: tenant, "a good check") { $0["last_verify_error"] == .null }
      #expect(try await deployment.makeSecret(for: tenant).status == 201)
      try await deployment.setSealed(true, tenant)
      await #expect(throws: failed) { try await Deployment.run(drill, deployment.environment) }
    }
  }

  /// A report is checked with the public key alone, and a changed one is refused.
  private func expectVerifiable(_ printed: String, _ deployment: Deployment) async throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "report-\(UUID().uuidString).json")
    defer { try? FileManager.default.removeItem(at: file) }
    let key = try await Deployment.run(["drill", "public-key"], deployment.environment)
    try Data(printed.utf8).write(to: file)
    #expect(
      try await Deployment.run(["drill", "verify", file.path, "--public-key", key], [:]).hasPrefix("drill: ok "))
    #expect(try await Deployment.run(["drill", "verify", file.path], deployment.environment).hasPrefix("drill: ok "))
    try Data(printed.replacing("seconds_to_detection\":", with: "seconds_to_detection\":9").utf8).write(to: file)
    let arguments = ["drill", "verify", file.path, "--public-key", key]
    await #expect(throws: Deployment.Failed(arguments: arguments, exitCode: 1)) {
      try await Deployment.run(arguments, [:])
    }
  }
}

extension JSONValue {
  fileprivate func seconds(_ name: String) -> Double? {
    guard case .number(let value)? = self[name] else { return nil }
    return value
  }
}
