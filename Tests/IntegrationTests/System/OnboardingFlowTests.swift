import Foundation
import JSON
import Postgres
import Repository
import Testing

@Suite(.enabled(if: Deployment.isPossible), .deploymentSlot) struct OnboardingFlowTests {
  @Test func `a key is onboarded and every secret is rewrapped under it`() async throws {
    let account = try await CustomerAWSAccount.create(on: StandInAWS(endpoint: try #require(StandInAWS.endpoint)))
    try await Deployment.with(workers: 2, as: account) { deployment in
      let tenant = try await deployment.makeTenant()
      let values = try await deployment.makeSecrets(50, for: tenant)

      let answer = try await deployment.client.post("/admin/tenant-kms", token: tenant.ownerToken, account.candidate)
      #expect(answer.status == 200, "\(answer)")
      let json = try answer.json
      #expect(json["ok"] == true)
      #expect(json["provider"] == "aws")
      #expect(json["kms_key_ref"]?.string == account.keyARN)
      #expect(json["new_key_version"] == 1)
      #expect(json["rewrap_status"] == "enqueued")
      #expect(!answer.text.contains("external_id"))

      let job = try await deployment.finishedRewrap(of: tenant)
      #expect(job["status"] == "completed")
      #expect(job["total"] == 50)
      #expect(job["processed"] == 50)
      #expect(job["failed"] == 0)

      let shown = try await deployment.client.get("/admin/tenant-kms", token: tenant.ownerToken)
      #expect(try shown.json["config"]?["config"]?["region"] == "us-east-1")
      #expect(!shown.text.contains("external_id"))
      #expect(try shown.json["config"]?["sealed_since"] == .null)
      guard case .array(let keys) = try shown.json["keys"] else {
        Issue.record("no keys in \(shown)")
        return
      }
      #expect(keys.compactMap { $0["status"]?.string } == ["active", "retired"])
      #expect(keys.compactMap { $0["version"]?.integer } == [1, 0])

      let read = try await deployment.decryptedSecrets(of: tenant, with: account)
      #expect(read.values == values)
      #expect(Set(read.keyVersions) == [1])
      #expect(try await AuditChain(pool: deployment.database.pool(size: 1)).verify().firstBadSequence == nil)
    }
  }
}
