import CloudKMS
import Foundation
import JSON
import Repository
import Testing

/// A customer's key on running services from the onboarding to the revocation, the same in every cloud.
@Suite(.enabled(if: Deployment.isPossible && StandInCloud.arePlayed), .deploymentSlot) struct CloudFlowTests {
  @Test(.serialized, arguments: StandInCloud.allCases, [KeyVersion.WrapMethod.global, .operatorKMS])
  func `a key is onboarded, 1,000 rows rewrapped, taken away, given back, rotated and revoked`(
    _ cloud: StandInCloud, from method: KeyVersion.WrapMethod
  ) async throws {
    try await cloud.withCustomer { customer in
      try await customer.withPlatformWrap(method) { wrap in
        let settings = KillSwitchTests.eager.merging(customer.settings) { $1 }.merging(wrap.settings) { $1 }
        try await Deployment.with(settings) { try await runFlow(of: customer, in: cloud, from: wrap, on: $0) }
      }
    }
  }

  private func runFlow(
    of customer: any CustomerCloud, in cloud: StandInCloud, from wrap: PlatformWrap, on deployment: Deployment
  ) async throws {
    let tenant = try await deployment.makeTenant()
    #expect(try await deployment.keyVersions(of: tenant).map(\.wrapping.method) == [wrap.method])
    let values = try await deployment.insertSecrets(1_000, for: tenant, wrappedBy: wrap.key).mapValues(\.value)
    let answer = try await deployment.client.post("/admin/tenant-kms", token: tenant.ownerToken, customer.candidate)
    #expect(answer.status == 200, "\(answer)")
    #expect(try answer.json["provider"]?.string == cloud.rawValue)
    #expect(try answer.json["kms_key_ref"] == customer.candidate["kms_key_ref"])
    #expect(try answer.json["new_key_version"] == 1)
    try await expectRewrapped(values, under: 1, of: tenant, on: deployment, by: customer)
    let shown = try await deployment.configuration(of: tenant, "the onboarding") { _ in true }
    #expect(shown["provider"]?.string == "customer_kms_\(cloud.rawValue)")
    #expect(shown["config"] == customer.shownConfiguration)
    let told = try await deployment.client.get("/admin/tenant-kms", token: tenant.ownerToken)
    guard case .array(let keys)? = try told.json["keys"] else { return #expect(Bool(false), "no keys in \(told)") }
    #expect(keys.map { $0["wrap_method"]?.string } == ["customer_kms", wrap.method.rawValue])
    if let key = wrap.key { #expect(!told.text.contains(key.name)) }

    for killSwitch in customer.killSwitches {
      try await deployment.checkNow()
      try await killSwitch.pull()
      let sealed = try await deployment.configuration(of: tenant, "\(killSwitch): the seal") {
        $0["sealed_since"] != .null
      }
      #expect(sealed["last_verify_error"]?.string?.contains(killSwitch.reason.rawValue) == true, "\(killSwitch)")
      let refused = try await eventually("\(killSwitch): the refusal") {
        let answer = try await deployment.makeSecret(for: tenant)
        return answer.status == 201 ? nil : answer
      }
      #expect(refused.status == 503, "\(killSwitch): \(refused)")
      try await killSwitch.restore()
      _ = try await deployment.configuration(of: tenant, "\(killSwitch): the unsealing") {
        $0["sealed_since"] == .null
      }
    }

    let rotated = try await deployment.call("POST", "/admin/tenant-kms/rotate", of: tenant)
    #expect(rotated.status == 200, "\(rotated)")
    try await expectRewrapped(values, under: 2, of: tenant, on: deployment, by: customer)
    for version in 0...1 {
      let revoked = try await deployment.call(
        "POST", "/admin/tenant-kms/versions/\(version)/revoke", of: tenant, ["confirm": .string(tenant.slug)])
      #expect(revoked.status == 200, "\(revoked)")
    }
    #expect(try await deployment.keyVersions(of: tenant).map(\.status) == [.active, .revoked, .revoked])
    let read = try await deployment.decryptedSecrets(of: tenant, with: customer.key()).values
    #expect(values.allSatisfy { read[$0.key] == $0.value })
    try await deployment.expectSound(tenant)
  }

  @Test func `a tenant moves from AWS to Google Cloud to Azure and back to AWS with every value intact`() async throws {
    try await StandInCloud.aws.withCustomer { account in
      try await StandInCloud.gcp.withCustomer { project in
        try await StandInCloud.azure.withCustomer { vault in
          let settings = [account, project, vault].reduce(into: [:]) { $0.merge($1.settings) { $1 } }
          try await Deployment.with(settings) { deployment in
            let tenant = try await deployment.makeTenant()
            let values = try await deployment.makeSecrets(50, for: tenant)
            for customer in [account, project, vault, account] {
              try await deployment.onboard(customer.candidate, for: tenant)
              #expect(try await deployment.finishedRewrap(of: tenant)["failed"] == 0)
              #expect(try await deployment.revealedSecrets(of: tenant) == values)
              let read = try await deployment.decryptedSecrets(of: tenant, with: customer.key())
              #expect(read.values == values)
              #expect(Set(read.keyVersions).count == 1)
            }
            let versions = try await deployment.keyVersions(of: tenant)
            #expect(
              versions.map { $0.wrapping.provider?.name } == [
                "customer_kms_aws", "customer_kms_azure", "customer_kms_gcp", "customer_kms_aws", nil,
              ])
            try await deployment.expectSound(tenant)
          }
        }
      }
    }
  }

  /// Waits for the newest job, and reads every row past the services, with the customer's key.
  private func expectRewrapped(
    _ values: [String: String], under version: Int32, of tenant: Deployment.Tenant, on deployment: Deployment,
    by customer: any CustomerCloud, sourceLocation: SourceLocation = #_sourceLocation
  ) async throws {
    let job = try await deployment.finishedRewrap(of: tenant)
    #expect(job["status"] == "completed", sourceLocation: sourceLocation)
    #expect(job["failed"] == 0, sourceLocation: sourceLocation)
    let read = try await deployment.decryptedSecrets(of: tenant, with: customer.key())
    #expect(values.allSatisfy { read.values[$0.key] == $0.value }, sourceLocation: sourceLocation)
    #expect(read.keyVersions.count >= values.count, sourceLocation: sourceLocation)
    #expect(Set(read.keyVersions) == [version], sourceLocation: sourceLocation)
  }
}
