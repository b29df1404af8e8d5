import Foundation
import JSON
import Repository
import Testing

/// Rotation, replacement and removal of a tenant's key, as an owner does them over the API.
@Suite(.enabled(if: Deployment.isPossible), .deploymentSlot) struct KeyRotationFlowTests {
  @Test func `a key is rotated, replaced and removed, and every value stays readable`() async throws {
    let account = try await CustomerAWSAccount.create(on: StandInAWS(endpoint: try #require(StandInAWS.endpoint)))
    try await Deployment.with(as: account) { deployment in
      let tenant = try await deployment.makeTenant()
      let values = try await deployment.makeSecrets(12, for: tenant)
      try await deployment.onboard(account.candidate, for: tenant)
      _ = try await deployment.finishedRewrap(of: tenant)

      let rotated = try await deployment.call("POST", "/admin/tenant-kms/rotate", of: tenant)
      #expect(rotated.status == 200, "\(rotated)")
      #expect(try rotated.json["rotated"] == true)
      #expect(try rotated.json["new_version"] == 2)
      let job = try await deployment.finishedRewrap(of: tenant)
      #expect(try job["rewrap_lease_id"] == rotated.json["rewrap_lease_id"])
      #expect(job["status"] == "completed")
      #expect(job["target_version"] == 2)
      let read = try await deployment.decryptedSecrets(of: tenant, with: account)
      #expect(read.values == values)
      #expect(Set(read.keyVersions) == [2])
      try await deployment.expectSound(tenant)

      try await deployment.onboard(account.candidate(for: try await account.createSecondKey()), for: tenant)
      #expect(try await deployment.finishedRewrap(of: tenant)["target_version"] == 3)
      #expect(try await deployment.revealedSecrets(of: tenant) == values)

      let removed = try await deployment.call("DELETE", "/admin/tenant-kms", of: tenant)
      #expect(removed.status == 200, "\(removed)")
      #expect(try removed.json["removed"] == true)
      #expect(try removed.json["new_version"] == 4)
      _ = try await deployment.finishedRewrap(of: tenant)
      // The customer may now destroy what they like.
      try await account.deleteRole()
      #expect(try await deployment.revealedSecrets(of: tenant) == values)
      #expect(try await deployment.keyVersions(of: tenant).first?.wrapping.method == .global)
      for (method, path) in [("GET", ""), ("DELETE", ""), ("POST", "/rotate"), ("POST", "/verify")] {
        let answer = try await deployment.call(method, "/admin/tenant-kms" + path, of: tenant)
        #expect(answer.status == 404, "\(answer)")
        #expect(try answer.error["type"] == "no_kms_config")
      }
      try await deployment.expectSound(tenant)
    }
  }

  /// No worker runs: every row stays under the version that it was written under.
  @Test func `until the rewrap is done, each version unwraps by its own configuration`() async throws {
    let account = try await CustomerAWSAccount.create(on: StandInAWS(endpoint: try #require(StandInAWS.endpoint)))
    try await Deployment.with(workers: 0, as: account) { deployment in
      let tenant = try await deployment.makeTenant()
      var values = try await deployment.makeSecrets(2, for: tenant, prefix: "PLATFORM")
      try await deployment.onboard(account.candidate, for: tenant)
      values.merge(try await deployment.makeSecrets(2, for: tenant, prefix: "FIRST")) { $1 }
      try await deployment.onboard(account.candidate(for: try await account.createSecondKey()), for: tenant)
      values.merge(try await deployment.makeSecrets(2, for: tenant, prefix: "SECOND")) { $1 }
      #expect(try await deployment.revealedSecrets(of: tenant) == values)
      let keys = try await deployment.keyVersions(of: tenant).compactMap(\.wrapping.provider?.wrappingKey)
      #expect(Set(keys).count == 2)
      // Rotated while that rewrap is still open: a third job, and still nothing lost.
      #expect(try await deployment.call("POST", "/admin/tenant-kms/rotate", of: tenant).status == 200)
      #expect(try await deployment.revealedSecrets(of: tenant) == values)
      let jobs = try await deployment.client.get("/admin/tenant-kms/rewrap", token: tenant.ownerToken).json["jobs"]
      guard case .array(let jobs)? = jobs else { return #expect(Bool(false), "no jobs") }
      #expect(jobs.compactMap { $0["status"]?.string } == ["running", "superseded", "superseded"])
      try await deployment.expectSound(tenant)
    }
  }

  @Test func `of changes at once each is made whole or refused whole`() async throws {
    let account = try await CustomerAWSAccount.create(on: StandInAWS(endpoint: try #require(StandInAWS.endpoint)))
    try await Deployment.with(as: account) { deployment in
      let tenant = try await deployment.makeTenant()
      let values = try await deployment.makeSecrets(10, for: tenant)
      try await deployment.onboard(account.candidate, for: tenant)
      let stepUp = try await deployment.stepUpToken(for: tenant)
      let answers = try await withThrowingTaskGroup(of: (String, APIAnswer).self) { group in
        for _ in 0..<3 {
          group.addTask {
            ("rotate", try await deployment.call("POST", "/admin/tenant-kms/rotate", of: tenant, stepUp: stepUp))
          }
          group.addTask {
            (
              "onboard",
              try await deployment.client.post("/admin/tenant-kms", token: tenant.ownerToken, account.candidate)
            )
          }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      for (name, answer) in answers where answer.status != 200 {
        #expect(answer.status == 409, "\(name): \(answer)")
        #expect(try answer.error["type"]?.string == (name == "rotate" ? "rotation_in_progress" : "conflict"))
      }
      let made = answers.count { $0.1.status == 200 }
      #expect(made >= 1)
      #expect(try await deployment.keyVersions(of: tenant).count == 2 + made)
      try await deployment.expectSound(tenant)
      #expect(try await deployment.finishedRewrap(of: tenant)["status"] == "completed")
      #expect(try await deployment.revealedSecrets(of: tenant) == values)
    }
  }

  @Test func `without a fresh step-up of one's own nothing changes, nor while the tenant is sealed`() async throws {
    let account = try await CustomerAWSAccount.create(on: StandInAWS(endpoint: try #require(StandInAWS.endpoint)))
    try await Deployment.with(workers: 0, as: account) { deployment in
      let tenant = try await deployment.makeTenant()
      let other = try await deployment.makeTenant()
      try await deployment.onboard(account.candidate, for: tenant)
      let before = try await deployment.keyVersions(of: tenant)
      let refused = [
        tenant.ownerToken, try await deployment.stepUpToken(for: tenant, subject: "eve"),
        try await deployment.stepUpToken(for: other), try deployment.stepUpToken(for: tenant, age: 302),
      ]
      for token in refused {
        for (method, path) in [("POST", "/rotate"), ("DELETE", "")] {
          let answer = try await deployment.call(method, "/admin/tenant-kms" + path, of: tenant, stepUp: token)
          #expect(answer.status == 401, "\(answer)")
          #expect(try answer.error["type"] == "step_up_required")
        }
      }
      // Two minutes and a bit: fresh enough for a rotation, not for an erasure.
      let older = try deployment.stepUpToken(for: tenant, age: 125)
      let erasure = try await deployment.call(
        "POST", "/admin/tenant-kms/versions/0/revoke", of: tenant, ["confirm": .string(tenant.slug), "erase": true],
        stepUp: older)
      #expect(erasure.status == 401, "\(erasure)")

      try await deployment.setSealed(true, tenant)
      for (method, path) in [("POST", "/rotate"), ("DELETE", "")] {
        let answer = try await deployment.call(method, "/admin/tenant-kms" + path, of: tenant, stepUp: older)
        #expect(answer.status == 409, "\(answer)")
        #expect(try answer.error["type"] == "tenant_sealed")
      }
      #expect(try await deployment.keyVersions(of: tenant).map(\.id) == before.map(\.id))
      try await deployment.setSealed(false, tenant)
      #expect(try await deployment.call("POST", "/admin/tenant-kms/rotate", of: tenant, stepUp: older).status == 200)
      try await deployment.expectSound(tenant)
    }
  }

  @Test func `a verification says what it found and changes nothing`() async throws {
    let account = try await CustomerAWSAccount.create(on: StandInAWS(endpoint: try #require(StandInAWS.endpoint)))
    try await Deployment.with(["VERIFY_PATIENCE_SECONDS": "0"], workers: 0, as: account) { deployment in
      let tenant = try await deployment.makeTenant()
      func verify(_ body: JSONValue? = nil) async throws -> APIAnswer {
        try await deployment.client.send(
          "POST", "/admin/tenant-kms/verify", token: tenant.ownerToken, body: body?.canonicalBytes)
      }
      #expect(try await verify().status == 404)
      let candidate = try await verify(account.candidate)
      #expect(candidate.status == 200, "\(candidate)")
      #expect(try candidate.json["ok"] == true)
      guard case .array(let checks)? = try candidate.json["checks"] else {
        return #expect(Bool(false), "no checks in \(candidate)")
      }
      let stages = checks.compactMap { $0["stage"]?.string }
      #expect(Set(["assume_role", "confused_deputy", "encrypt", "decrypt", "key_state"]).isSubset(of: stages))
      guard case .array(let warnings)? = try candidate.json["warnings"] else {
        return #expect(Bool(false), "no warnings in \(candidate)")
      }
      #expect(warnings.map { $0.string?.contains("kms:EncryptionContext") } == [true])
      #expect(try await deployment.keyVersions(of: tenant).count == 1)

      try await deployment.onboard(account.candidate, for: tenant)
      let before = try await deployment.keyVersions(of: tenant)
      #expect(try await verify().status == 200)
      try await account.kms("DisableKey")
      for answer in [try await verify(), try await verify(account.candidate)] {
        #expect(answer.status == 400, "\(answer)")
        #expect(try answer.error["type"] == "kms_verify_failed")
        #expect(try answer.error["reason"] == "key_disabled")
        #expect(!answer.text.contains(account.externalID))
      }
      let refused = try await verify(["provider": "aws", "secret_access_key": "hunter2"])
      #expect(try refused.error["type"] == "static_credentials_rejected")
      #expect(try await deployment.keyVersions(of: tenant) == before)
    }
  }
}
