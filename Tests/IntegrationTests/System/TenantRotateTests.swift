import Foundation
import JSON
import Repository
import Testing

/// `onboarding-api tenant rotate`: new master keys for tenants on the platform's wrapping.
@Suite(.enabled(if: Deployment.isPossible), .deploymentSlot)
struct TenantRotateTests {
  @Test func `all tenants are moved but those with a key of their own, and a second run has none left to move`()
    async throws
  {
    let account = try await CustomerAWSAccount.create(on: StandInAWS(endpoint: try #require(StandInAWS.endpoint)))
    try await account.withPlatformKey { own in
      try await Deployment.with(as: account) { deployment in
        let tenants = [
          try await deployment.makeTenant(), try await deployment.makeTenant(), try await deployment.makeTenant(),
        ]
        var values: [UUID: [String: String]] = [:]
        for tenant in tenants { values[tenant.id] = try await deployment.makeSecrets(3, for: tenant) }
        try await deployment.onboard(account.candidate, for: tenants[2])
        _ = try await deployment.finishedRewrap(of: tenants[2])
        let asOwner = deployment.environment.merging(own.setting) { $1 }
          .merging(["DATABASE_URL": deployment.database.url]) { $1 }

        let lines = try await rotateAll(asOwner)
        #expect(lines.last == ["rotated": 2, "own_key": 1, "current": 0, "failed": 0])
        #expect(lines.dropLast().map { $0["tenant_id"]?.string } == tenants.map { $0.id.uuidString.lowercased() })
        #expect(lines[2] == ["tenant_id": .string(tenants[2].id.uuidString.lowercased()), "skipped": "own_key"])
        for (tenant, line) in zip(tenants.dropLast(), lines) {
          let job = try await deployment.finishedRewrap(of: tenant)
          #expect(job["status"] == "completed" && job["rewrap_lease_id"] == line["rewrap_lease_id"], "\(job)")
          let versions = try await deployment.keyVersions(of: tenant)
          #expect(versions.map(\.wrapping.method) == [.operatorKMS, .global])
          let entry = try #require(try await deployment.auditEntries(of: tenant).first)
          #expect(entry.action == "byok.kms.rotate" && entry.actorID == "operator")
        }
        #expect(try await deployment.keyVersions(of: tenants[2]).map(\.wrapping.method) == [.customerKMS, .global])
        #expect(
          try await rotateAll(asOwner, "--outdated").last == ["rotated": 0, "own_key": 1, "current": 2, "failed": 0])
        for tenant in tenants {
          #expect(try await deployment.revealedSecrets(of: tenant) == values[tenant.id])
          try await deployment.expectSound(tenant)
        }
      }
    }
  }

  @Test func `each failure is told, the others have their turn, and nothing is half done`() async throws {
    let account = try await CustomerAWSAccount.create(on: StandInAWS(endpoint: try #require(StandInAWS.endpoint)))
    try await account.withPlatformKey { own in
      try await Deployment.with(verifies: false, workers: 0, as: account) { deployment in
        let tenants = [try await deployment.makeTenant(), try await deployment.makeTenant()]
        let asOwner = deployment.environment.merging(own.setting) { $1 }
          .merging(["DATABASE_URL": deployment.database.url]) { $1 }
        try await own.pull()
        let before = try await deployment.fingerprint()
        let failed = await #expect(throws: Deployment.Failed.self) { try await rotateAll(asOwner) }
        #expect(failed?.exitCode == 1)
        let lines = try parse(failed?.output ?? "")
        #expect(lines.count == 3)
        for (tenant, line) in zip(tenants, lines) {
          #expect(line["tenant_id"]?.string == tenant.id.uuidString.lowercased())
          #expect(line["error"]?.string?.contains("key_disabled") == true, "\(line)")
        }
        #expect(lines.last == ["rotated": 0, "own_key": 0, "current": 0, "failed": 2])
        #expect(try await deployment.fingerprint() == before)

        // Whoever sees one tenant at a time must not take that for all of them.
        let login = await #expect(throws: Deployment.Failed.self) { try await rotateAll(deployment.environment) }
        #expect(login?.output == "")
        let stranger = ["tenant", "rotate", "--tenant", UUID().uuidString]
        let unknown = await #expect(throws: Deployment.Failed.self) {
          try await Deployment.run(stranger, deployment.environment)
        }
        #expect(unknown?.exitCode == 1 && unknown?.output.contains("no such tenant") == true)
        #expect(try await deployment.fingerprint() == before)
      }
    }
  }

  @Test(
    .serialized,
    arguments: [["tenant", "create", "--slug", "acme"], ["tenant", "rotate", "--all"], ["doctor"], ["serve"]])
  func `a key that OPERATOR_KMS_KEY doesn't name is a wrong setting`(_ arguments: [String]) async throws {
    try await Deployment.with(verifies: false, workers: 0) { deployment in
      let before = try await deployment.fingerprint()
      let wrong = ["OPERATOR_KMS_KEY": "arn:aws:kms:us-east-1:123456789012:alias/saas"]
      let failed = await #expect(throws: Deployment.Failed.self) {
        try await Deployment.run(arguments, deployment.environment.merging(wrong) { $1 })
      }
      #expect(failed?.exitCode == 78 && failed?.output == "")
      #expect(try await deployment.fingerprint() == before)
    }
  }

  private func rotateAll(_ environment: [String: String], _ more: String...) async throws -> [JSONValue] {
    try parse(try await Deployment.run(["tenant", "rotate", "--all"] + more, environment))
  }

  private func parse(_ output: String) throws -> [JSONValue] {
    try output.split(separator: "\n").map { try JSONValue(parsing: Array($0.utf8)) }
  }
}
