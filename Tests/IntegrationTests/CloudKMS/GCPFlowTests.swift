import CloudKMS
import Foundation
import JSON
import Repository
import Testing

/// A customer's key in Google Cloud, on running services from the onboarding to the removal.
@Suite(.enabled(if: Deployment.isPossible && StandInGCP.endpoint != nil)) struct GCPFlowTests {
  @Test func `a key in Google Cloud is onboarded, taken away, given back and rotated`() async throws {
    try await CustomerGCPProject.with { project in
      let settings = KillSwitchTests.eager.merging(project.settings) { $1 }
      try await Deployment.with(settings) { deployment in
        let tenant = try await deployment.makeTenant()
        let values = try await deployment.makeSecrets(20, for: tenant)
        let answer = try await deployment.client.post(
          "/admin/tenant-kms", token: tenant.ownerToken, project.candidate)
        #expect(answer.status == 200, "\(answer)")
        #expect(try answer.json["provider"] == "gcp")
        #expect(try answer.json["kms_key_ref"]?.string == project.keyName)
        #expect(try await deployment.finishedRewrap(of: tenant)["status"] == "completed")
        let shown = try await deployment.configuration(of: tenant, "the onboarding") { _ in true }
        #expect(shown["provider"] == "customer_kms_gcp")
        #expect(shown["config"] == ["impersonate_service_account": .string(project.serviceAccount)])

        for killSwitch in GCPKillSwitch.allCases {
          try await deployment.checkNow()
          try await killSwitch.pull(project)
          let sealed = try await deployment.configuration(of: tenant, "\(killSwitch): the seal") {
            $0["sealed_since"] != .null
          }
          #expect(sealed["last_verify_error"]?.string?.contains(killSwitch.reason.rawValue) == true)
          try await killSwitch.restore(project)
          _ = try await deployment.configuration(of: tenant, "\(killSwitch): the unsealing") {
            $0["sealed_since"] == .null
          }
        }

        let rotated = try await deployment.call("POST", "/admin/tenant-kms/rotate", of: tenant)
        #expect(rotated.status == 200, "\(rotated)")
        #expect(try await deployment.finishedRewrap(of: tenant)["status"] == "completed")
        #expect(try await deployment.revealedSecrets(of: tenant) == values)
        try await deployment.expectSound(tenant)
      }
    }
  }

  @Test func `a tenant moves from AWS to Google Cloud and back with every value intact`() async throws {
    let account = try await CustomerAWSAccount.create(on: StandInAWS(endpoint: try #require(StandInAWS.endpoint)))
    try await CustomerGCPProject.with { project in
      try await Deployment.with(project.settings, as: account) { deployment in
        let tenant = try await deployment.makeTenant()
        let values = try await deployment.makeSecrets(20, for: tenant)
        for candidate in [account.candidate, project.candidate, account.candidate] {
          try await deployment.onboard(candidate, for: tenant)
          #expect(try await deployment.finishedRewrap(of: tenant)["failed"] == 0)
          #expect(try await deployment.revealedSecrets(of: tenant) == values)
        }
        let versions = try await deployment.keyVersions(of: tenant)
        #expect(
          versions.map { $0.wrapping.provider?.name } == [
            "customer_kms_aws", "customer_kms_gcp", "customer_kms_aws", nil,
          ])
        try await deployment.expectSound(tenant)
      }
    }
  }
}
