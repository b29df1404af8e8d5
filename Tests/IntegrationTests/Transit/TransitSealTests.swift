import Foundation
import JSON
import Testing

/// What becomes of transit keys with the tenant's master key: rewrapped, sealed and erased with it.
@Suite(.enabled(if: Deployment.isPossible), .deploymentSlot, .timeLimit(.minutes(3))) struct TransitSealTests {
  @Test func `a rewrap carries transit keys and secrets to the tenant's own key, and counts both`() async throws {
    let account = try await CustomerAWSAccount.create(on: StandInAWS(endpoint: try #require(StandInAWS.endpoint)))
    try await Deployment.with(as: account) { deployment in
      let tenant = try await deployment.makeTenant()
      let values = try await deployment.makeSecrets(5, for: tenant)
      try await deployment.makeTransitKey("k", for: tenant)
      let ciphertext = try await deployment.encrypt("plain", under: "k", of: tenant)
      #expect(try await deployment.transit("POST", "/k/rotate", of: tenant).status == 200)
      #expect(try await deployment.transitRows(of: tenant) == [0: 2])

      try await deployment.onboard(account.candidate, for: tenant)
      let job = try await deployment.finishedRewrap(of: tenant)
      #expect(job["status"] == "completed" && job["failed"] == 0)
      #expect(job["total"] == 7 && job["processed"] == 7)
      #expect(try await deployment.transitRows(of: tenant) == [1: 2])
      #expect(try await deployment.decrypt(ciphertext, under: "k", of: tenant) == "plain")
      #expect(try await deployment.revealedSecrets(of: tenant) == values)
      // Nothing is left under the first version, so it may go without a loss.
      let revoked = try await deployment.call(
        "POST", "/admin/tenant-kms/versions/0/revoke", of: tenant, ["confirm": .string(tenant.slug)])
      #expect(revoked.status == 200, "\(revoked)")
      #expect(try await deployment.decrypt(ciphertext, under: "k", of: tenant) == "plain")
      try await deployment.expectSound(tenant)
    }
  }

  @Test func `a sealed tenant encrypts and decrypts nothing, and can still be looked at`() async throws {
    let account = try await CustomerAWSAccount.create(on: StandInAWS(endpoint: try #require(StandInAWS.endpoint)))
    try await Deployment.with(KillSwitchTests.eager, as: account) { deployment in
      let tenant = try await deployment.makeOnboardedTenant(account)
      let neighbour = try await deployment.makeTenant()
      for owner in [tenant, neighbour] { try await deployment.makeTransitKey("k", for: owner) }
      let ciphertext = try await deployment.encrypt("plain", under: "k", of: tenant)
      try await deployment.checkNow()
      try await account.kms("DisableKey")
      _ = try await eventually("the refusal") {
        try await deployment.decrypt(ciphertext, under: "k", of: tenant) == "503 tenant_sealed" ? true : nil
      }
      let refused: [(String, JSONValue?)] = [
        ("", ["name": "new"]), ("/k/rotate", nil), ("/k/encrypt", ["plaintext": "x"]),
        ("/k/decrypt", ["ciphertext": .string(ciphertext)]), ("/k/rewrap", ["ciphertext": .string(ciphertext)]),
      ]
      for (path, body) in refused {
        let answer = try await deployment.transit("POST", path, of: tenant, body)
        #expect(answer.status == 503, "\(path) \(answer)")
        #expect(try answer.error["type"] == "tenant_sealed")
        #expect(answer.headers["retry-after"] != nil)
      }
      #expect(try await deployment.transit("GET", of: tenant).status == 200)
      #expect(try await deployment.transit("GET", "/k", of: tenant).json["data"]?["current_version"] == 1)
      #expect(try await deployment.transit("PATCH", "/k", of: tenant, ["deletion_allowed": true]).status == 200)
      #expect(try await deployment.encrypt("x", under: "k", of: neighbour).hasPrefix("knoxcall:v1:"))

      try await account.kms("EnableKey")
      _ = try await eventually("the unsealing") {
        try await deployment.decrypt(ciphertext, under: "k", of: tenant) == "plain" ? true : nil
      }
    }
  }

  @Test func `an erasure takes transit keys with it, counted, and a rotation goes on`() async throws {
    let account = try await CustomerAWSAccount.create(on: StandInAWS(endpoint: try #require(StandInAWS.endpoint)))
    try await Deployment.with(as: account) { deployment in
      let tenant = try await deployment.makeTenant()
      try await deployment.onboard(account.candidate, for: tenant)
      _ = try await deployment.finishedRewrap(of: tenant)
      _ = try await deployment.makeSecrets(2, for: tenant)
      try await deployment.makeTransitKey("k", for: tenant)
      let ciphertext = try await deployment.encrypt("plain", under: "k", of: tenant)
      let remaining = try await deployment.call(
        "POST", "/admin/tenant-kms/rotate", of: tenant)
      #expect(remaining.status == 200, "\(remaining)")
      _ = try await deployment.finishedRewrap(of: tenant)
      let erased = try await deployment.call(
        "POST", "/admin/tenant-kms/versions/2/revoke", of: tenant, ["confirm": .string(tenant.slug), "erase": true])
      #expect(erased.status == 200, "\(erased)")
      #expect(try erased.json["rows_erased"] == 3)
      #expect(try erased.json["evicted"] == true)
      #expect(try await deployment.decrypt(ciphertext, under: "k", of: tenant) == "410 key_revoked")
      let refused = try await deployment.transit("POST", "/k/encrypt", of: tenant, ["plaintext": "x"])
      #expect(refused.status == 410)
      let job = try await deployment.finishedRewrap(of: tenant)
      #expect(job["status"] == "completed_with_failures" && job["failed"] == 3)
      #expect(try await deployment.transitRows(of: tenant) == [2: 1])
      #expect(try await deployment.transit("POST", "/k/rotate", of: tenant).status == 200)
      let fresh = try await eventually("the new version") {
        let answer = try await deployment.transit("POST", "/k/encrypt", of: tenant, ["plaintext": "y"])
        return answer.status == 200 ? try answer.json["data"]?["ciphertext"]?.string : nil
      }
      #expect(try await deployment.decrypt(fresh, under: "k", of: tenant) == "y")
      #expect(try await deployment.decrypt(ciphertext, under: "k", of: tenant) == "410 key_revoked")
      try await deployment.expectSound(tenant)
    }
  }
}
