import Foundation
import JSON
import Repository
import Testing

/// A tenant with much data and one with little, whose rewraps begin together.
@Suite(.enabled(if: Deployment.isPossible), .deploymentSlot, .timeLimit(.minutes(3))) struct TwoTenantsTests {
  @Test func `the small tenant is done while the large one still runs`() async throws {
    let aws = StandInAWS(endpoint: try #require(StandInAWS.endpoint))
    let account = try await CustomerAWSAccount.create(on: aws)
    let neighbour = try await CustomerAWSAccount.create(on: aws, besides: account)
    try await Deployment.with(workers: 2, as: account) { deployment in
      let large = try await deployment.makeTenant()
      let small = try await deployment.makeTenant()
      _ = try await deployment.insertSecrets(50_000, for: large)
      _ = try await deployment.insertSecrets(1_000, for: small)
      let tally = try await RewrapTally(deployment.database)
      // The large one first: whoever works in order of arrival comes to the small one last.
      for (tenant, account) in [(large, account), (small, neighbour)] {
        let answer = try await deployment.client.post("/admin/tenant-kms", token: tenant.ownerToken, account.candidate)
        try #require(answer.status == 200, "\(answer)")
      }
      try await deployment.withPool { pool in
        let store = RewrapStore(pool: pool)
        func finished(_ tenant: Deployment.Tenant) async throws -> RewrapJob {
          try await eventually("the rewrap to end", within: .seconds(90)) {
            try await store.jobs(of: tenant.id).first { $0.finishedAt != nil }
          }
        }
        let (first, last) = (try await finished(small), try await finished(large))
        #expect(first.status == .completed && first.processed == 1_000)
        #expect(last.status == .completed && last.processed == 50_000)
        #expect(try #require(first.finishedAt) < #require(last.finishedAt))
      }
      let ahead = try await tally.rewrapped(of: large.id, beforeLastOf: small.id)
      #expect(ahead < 50_000, "rows of the large tenant that came before the small one's last")
    }
  }
}
