import Foundation
import JSON
import Repository
import Testing

/// Changing the key that wraps what no customer's key does, while services are up.
@Suite(.enabled(if: Deployment.isPossible), .deploymentSlot)
struct MasterKeyChangeTests {
  @Test func `what the former key wrapped is wrapped under the new one, which then does alone`() async throws {
    let account = try await CustomerAWSAccount.create(on: StandInAWS(endpoint: try #require(StandInAWS.endpoint)))
    try await Deployment.with(as: account) { deployment in
      let former = try #require(deployment.environment["MASTER_KEY_B64"])
      let new = ["MASTER_KEY_B64": Data(repeating: 7, count: 32).base64EncodedString()]
      let both = new.merging(["MASTER_KEY_ACCEPTED_B64": former]) { $1 }
      let (ours, theirs) = (try await deployment.makeTenant(), try await deployment.makeTenant())
      let values = [
        ours.id: try await deployment.makeSecrets(2, for: ours),
        theirs.id: try await deployment.makeSecrets(2, for: theirs),
      ]
      try await deployment.onboard(account.candidate, for: theirs)
      _ = try await deployment.finishedRewrap(of: theirs)
      let person = try await deployment.makeUser(of: ours, "ada@example.com")
      let authenticator = try await deployment.enrol(person.email)

      // One that has both reads what the former wrapped, and what it wraps itself is of the new.
      #expect(try await deployment.revealedSecrets(of: [ours, theirs], both) == values)
      let asOwner = deployment.environment.merging(both) { $1 }
        .merging(["DATABASE_URL": deployment.database.url]) { $1 }
      // Ours, the retired one of theirs, and an authenticator.
      let tally = try await Deployment.run(["master-key", "rewrap"], asOwner)
      #expect(tally == #"{"authenticators":1,"keys":2}"#)
      #expect(try await Deployment.run(["master-key", "rewrap"], asOwner) == #"{"authenticators":0,"keys":0}"#)

      #expect(try await deployment.revealedSecrets(of: [ours, theirs], new) == values)
      let lost = try await deployment.revealedSecrets(of: [ours, theirs], ["MASTER_KEY_B64": former])
      #expect(lost[theirs.id] == values[theirs.id])
      #expect(lost[ours.id]?.values.allSatisfy { $0.hasPrefix("503 ") } == true)
      let login: JSONValue = ["email": .string(person.email), "password": .string(person.password)]
      let code: JSONValue = ["totp": .string(authenticator.code(offset: 1))]
      let proven = try await deployment.withSecondAPI(new) { client in
        let answer = try await client.send("POST", "/admin/auth/login", body: login.canonicalBytes)
        return try await client.post("/admin/auth/step-up", token: try answer.json["token"]?.string ?? "", code)
      }
      #expect(proven.status == 200, "\(proven)")

      let rows = try await deployment.withPool { try await AuditChain(pool: $0).rows() }
      let recorded = rows.filter { $0.entry.action == "platform.master_key.rewrap" }
      #expect(recorded.map(\.entry.details) == [["keys": 2], ["authenticators": 1]])
      try await deployment.expectSound(ours)
    }
  }

  @Test func `a key that wrapped nothing of it changes nothing`() async throws {
    try await Deployment.with(verifies: false, workers: 0) { deployment in
      let tenant = try await deployment.makeTenant()
      let values = try await deployment.makeSecrets(1, for: tenant)
      let wrong = [
        "MASTER_KEY_B64": Data(repeating: 7, count: 32).base64EncodedString(),
        "MASTER_KEY_ACCEPTED_B64": Data(repeating: 8, count: 32).base64EncodedString(),
        "DATABASE_URL": deployment.database.url,
      ]
      await #expect(throws: Deployment.Failed.self) {
        try await Deployment.run(["master-key", "rewrap"], deployment.environment.merging(wrong) { $1 })
      }
      #expect(try await deployment.revealedSecrets(of: tenant) == values)
    }
  }
}
