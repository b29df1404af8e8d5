import Foundation
import JSON
import Testing

/// A dump, restored into an empty database as the README says, and what it is worth to whoever has which keys.
@Suite(.enabled(if: Deployment.isPossible), .deploymentSlot)
struct BackupTests {
  @Test func `a dump and the keys give every value back, and without its key no value is read`() async throws {
    let account = try await CustomerAWSAccount.create(on: StandInAWS(endpoint: try #require(StandInAWS.endpoint)))
    try await Deployment.with(as: account) { deployment in
      let ours = try await deployment.makeTenant()
      let theirs = try await deployment.makeTenant()
      let values = [
        ours.id: try await deployment.makeSecrets(3, for: ours),
        theirs.id: try await deployment.makeSecrets(3, for: theirs),
      ]
      try await deployment.onboard(account.candidate, for: theirs)
      #expect(try await deployment.finishedRewrap(of: theirs)["status"] == "completed")
      // Or else the platform's key would still read what it once wrapped.
      let answer = try await deployment.call(
        "POST", "/admin/tenant-kms/versions/0/revoke", of: theirs, ["confirm": .string(theirs.slug)])
      try #require(answer.status == 200, "\(answer)")

      try await TestDatabase.with { restored in
        try await restored.restore(from: deployment.database)
        let login = try await restored.makeLogin("api", in: [ServiceRole.api.rawValue])
        let good = try await deployment.revealedSecrets(of: [ours, theirs], on: login, [:])
        #expect(good == values, "with both keys")

        let wrong = ["MASTER_KEY_B64": Data(repeating: 7, count: 32).base64EncodedString()]
        let withoutOurs = try await deployment.revealedSecrets(of: [ours, theirs], on: login, wrong)
        #expect(withoutOurs[theirs.id] == values[theirs.id], "the customer's key is all that theirs needs")
        expectNone(of: values, in: withoutOurs[ours.id], count: 3)

        try await account.kms("DisableKey")
        let withoutTheirs = try await deployment.revealedSecrets(of: [ours, theirs], on: login, [:])
        #expect(withoutTheirs[ours.id] == values[ours.id])
        expectNone(of: values, in: withoutTheirs[theirs.id], count: 3)
      }
    }
  }

  /// Expects an error in the place of each value.
  private func expectNone(
    of values: [UUID: [String: String]], in revealed: [String: String]?, count: Int,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(revealed?.count == count, sourceLocation: sourceLocation)
    for text in revealed.map({ Array($0.values) }) ?? [] {
      #expect(text.hasPrefix("503 "), sourceLocation: sourceLocation)
      #expect(!values.values.contains { $0.values.contains(text) }, sourceLocation: sourceLocation)
    }
  }
}

extension TestDatabase {
  /// Fills an empty database with another's dump.
  fileprivate func restore(from other: TestDatabase) async throws {
    let dump = try await Tool.run("pg_dump", ["--format=custom", other.url])
    _ = try await Tool.run("pg_restore", ["--exit-on-error", "--dbname=\(url)"], input: dump)
  }
}
