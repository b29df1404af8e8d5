import Foundation
import JSON
import Testing

/// What several processes hold of one tenant's transit keys.
@Suite(.enabled(if: Deployment.isPossible), .deploymentSlot, .timeLimit(.minutes(3))) struct TransitProcessTests {
  @Test func `once a version's destruction is answered no process decrypts under it`() async throws {
    try await Deployment.with(verifies: false, workers: 0) { deployment in
      let tenant = try await deployment.makeTenant()
      try await deployment.makeTransitKey("k", for: tenant)
      try await deployment.withSecondAPI { second in
        let old = try await deployment.encrypt("old", under: "k", of: tenant)
        #expect(try await deployment.transit("POST", "/k/rotate", of: tenant).status == 200)
        let new = try await deployment.encrypt("new", under: "k", of: tenant)
        #expect(new.hasPrefix("knoxcall:v2:"))
        // The other process knows of the new version as soon as it meets it.
        #expect(try await deployment.decrypt(new, under: "k", of: tenant, at: second) == "new")
        #expect(try await deployment.transit("PATCH", "/k", of: tenant, ["deletion_allowed": true]).status == 200)

        let destruction = Task { try await deployment.transit("DELETE", "/k/versions/1", of: tenant).status }
        // It is in use elsewhere all the while.
        var decrypted = 0
        while try await deployment.transit("GET", "/k", of: tenant).status == 200 {
          let answer = try await deployment.decrypt(old, under: "k", of: tenant, at: second)
          guard answer == "old" else { break }
          decrypted += 1
        }
        #expect(decrypted > 0)
        #expect(try await destruction.value == 200)
        for client in [deployment.client, second] {
          #expect(try await deployment.decrypt(old, under: "k", of: tenant, at: client) == "410 key_revoked")
          #expect(try await deployment.decrypt(new, under: "k", of: tenant, at: client) == "new")
        }
      }
    }
  }

  @Test func `a rotation at one process is followed by the others`() async throws {
    try await Deployment.with(verifies: false, workers: 0) { deployment in
      let tenant = try await deployment.makeTenant()
      try await deployment.makeTransitKey("k", for: tenant)
      try await deployment.withSecondAPI { second in
        #expect(try await deployment.encrypt("x", under: "k", of: tenant, at: second).hasPrefix("knoxcall:v1:"))
        #expect(try await deployment.transit("POST", "/k/rotate", of: tenant).status == 200)
        let next = try await eventually("the other process to follow", within: .seconds(5)) {
          let ciphertext = try await deployment.encrypt("y", under: "k", of: tenant, at: second)
          return ciphertext.hasPrefix("knoxcall:v2:") ? ciphertext : nil
        }
        #expect(try await deployment.decrypt(next, under: "k", of: tenant) == "y")
      }
    }
  }

  @Test func `what an erasure says is evicted, transit keys included, decrypts at no process`() async throws {
    let account = try await CustomerAWSAccount.create(on: StandInAWS(endpoint: try #require(StandInAWS.endpoint)))
    try await Deployment.with(as: account) { deployment in
      let tenant = try await deployment.makeOnboardedTenant(account)
      _ = try await deployment.finishedRewrap(of: tenant)
      try await deployment.makeTransitKey("k", for: tenant)
      try await deployment.withSecondAPI { second in
        let ciphertext = try await deployment.encrypt("plain", under: "k", of: tenant)
        for client in [deployment.client, second] {
          #expect(try await deployment.decrypt(ciphertext, under: "k", of: tenant, at: client) == "plain")
        }
        let erased = try await deployment.call(
          "POST", "/admin/tenant-kms/versions/1/revoke", of: tenant, ["confirm": .string(tenant.slug), "erase": true])
        #expect(try erased.json["rows_erased"] == 1 && erased.json["evicted"] == true, "\(erased)")
        for client in [deployment.client, second] {
          #expect(
            try await deployment.decrypt(ciphertext, under: "k", of: tenant, at: client) == "410 key_revoked")
        }
      }
    }
  }
}
