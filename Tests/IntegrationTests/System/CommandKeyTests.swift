import Cryptography
import Foundation
import JSON
import Testing

/// Changing the key that commands are signed with, while all services are up.
@Suite(.enabled(if: Deployment.isPossible), .deploymentSlot) struct CommandKeyTests {
  @Test func `services that sign with different keys understand each other while each accepts both`() async throws {
    let account = try await CustomerAWSAccount.create(on: StandInAWS(endpoint: try #require(StandInAWS.endpoint)))
    let keys = (0..<2).map { _ in Data(RandomSource.system.bytes(32)).base64EncodedString() }
    let former = ["COMMAND_KEY_B64": keys[0], "COMMAND_KEY_ACCEPTED_B64": keys[1]]
    let newer = ["COMMAND_KEY_B64": keys[1], "COMMAND_KEY_ACCEPTED_B64": keys[0]]
    try await Deployment.with(former, verifies: false, workers: 0, as: account) { deployment in
      let others = try [ServiceRole.verifier, .worker].map { role in
        let environment = try #require(deployment.environments[role]).merging(newer) { $1 }
        return try RunningProgram(role.program, environment: environment)
      }
      let tenant = try await deployment.makeTenant()
      let values = try await deployment.makeSecrets(3, for: tenant)
      let outcome: Result<JSONValue, any Error>
      do {
        try await deployment.onboard(account.candidate, for: tenant)
        outcome = .success(try await deployment.finishedRewrap(of: tenant))
      } catch { outcome = .failure(error) }
      for program in others { await program.stop() }
      let job = try outcome.get()
      #expect(job["status"] == "completed")
      #expect(job["processed"]?.integer == values.count)
      #expect(try await deployment.deadLetters() == "")
    }
  }
}

extension Deployment {
  /// Every dead letter, a line each.
  fileprivate func deadLetters() async throws -> String { try await run(["dead-letters", "list"]) }
}
