import Foundation
import JSON
import Testing

/// A rewrap as an operator sees it: watched, limited, stopped and let go on, over the real API.
@Suite(.enabled(if: Deployment.isPossible), .deploymentSlot, .timeLimit(.minutes(3))) struct RewrapSteeringTests {
  @Test func `a rewrap is limited, paused, resumed and watched to its end`() async throws {
    let account = try await CustomerAWSAccount.create(on: StandInAWS(endpoint: try #require(StandInAWS.endpoint)))
    try await Deployment.with(workers: 2, as: account) { deployment in
      let client = deployment.client
      let tenant = try await deployment.makeTenant()
      let stranger = try await deployment.makeTenant()
      let values = try await deployment.makeSecrets(60, for: tenant)
      _ = try await Deployment.run(["rewrap", "limit", "--rows-per-second", "10"], deployment.environment)
      let limit = try await client.send(
        "PUT", "/admin/tenant-kms/rewrap/limit", token: tenant.ownerToken, body: Array(#"{"rows_per_second":8}"#.utf8))
      #expect(try limit.json == ["rows_per_second": 8, "deployment_rows_per_second": 10])

      let stream = try EventStreamClient.open(client, token: tenant.ownerToken)
      let foreign = try EventStreamClient.open(client, token: stranger.ownerToken)
      #expect(try await client.post("/admin/tenant-kms", token: tenant.ownerToken, account.candidate).status == 200)
      let lease = try await eventually("the rewrap to be under way") {
        stream.events.first { ($0.data["processed"]?.integer ?? 0) > 0 }?.data["rewrap_lease_id"]?.string
      }
      let path = "/admin/tenant-kms/rewrap/\(lease)"
      func move(_ action: String, _ token: String) async throws -> APIAnswer {
        try await client.send("POST", "\(path)/\(action)", token: token)
      }

      let paused = try await move("pause", tenant.ownerToken)
      #expect(paused.status == 200, "\(paused)")
      #expect(try paused.json["status"] == "paused")
      #expect(try paused.json["processed"]?.integer ?? 60 < 60)
      let again = try await move("pause", tenant.ownerToken)
      #expect(again.status == 409)
      #expect(try again.error["type"] == "wrong_state")
      #expect(try again.error["status"] == "paused")
      let member = try await deployment.token(for: tenant.id, role: "member")
      #expect(try await move("resume", member).status == 403)
      #expect(try await move("resume", stranger.ownerToken).status == 404)
      #expect(try await move("retry-failed", tenant.ownerToken).status == 409)
      _ = try await eventually("the pause to be seen") { stream.events.first { $0.data["status"] == "paused" } }

      #expect(try await move("resume", tenant.ownerToken).json["status"] == "running")
      _ = try await Deployment.run(["rewrap", "limit", "--rows-per-second", "none"], deployment.environment)
      _ = try await client.send(
        "PUT", "/admin/tenant-kms/rewrap/limit", token: tenant.ownerToken,
        body: Array(#"{"rows_per_second":null}"#.utf8))
      let watched = try await Deployment.run(
        ["rewrap", "watch", lease],
        deployment.environment.merging(["API_URL": client.base, "ADMIN_TOKEN": tenant.ownerToken]) { $1 })
      #expect(watched.contains("60/60 rows"))
      #expect(watched.hasSuffix("completed"))
      let last = try await eventually("the end to be seen") { stream.events.first { $0.data["status"] == "completed" } }
      #expect(last.name == "rewrap.progress")
      #expect(last.data["processed"] == 60)
      #expect(foreign.events.isEmpty)
      #expect(try await deployment.decryptedSecrets(of: tenant, with: account).values == values)
    }
  }

  @Test func `a stream begins with what is the case, and ends with its token and its service`() async throws {
    try await Deployment.with(verifies: false, workers: 0) { deployment in
      let tenant = try await deployment.makeTenant()
      let short = try await Deployment.run(
        ["token", "--tenant", tenant.id.uuidString, "--expires-in", "2"], deployment.environment)
      let brief = try EventStreamClient.open(deployment.client, token: short, headers: ["Last-Event-ID": "17"])
      let long = try EventStreamClient.open(deployment.client, token: tenant.ownerToken)
      _ = try await eventually("both streams to begin") {
        brief.text.hasPrefix("retry:") && long.text.hasPrefix("retry:") ? true : nil
      }
      _ = try await eventually("the token to expire") { brief.isOver ? true : nil }
      #expect(brief.status == 200)
      #expect(!long.isOver)
      #expect(await deployment.api.stop() == 0)
      _ = try await eventually("the service to end the stream") { long.isOver ? true : nil }
    }
  }

  @Test func `watching tells what it needs and what it isn't given`() async throws {
    try await Deployment.with(verifies: false, workers: 0) { deployment in
      let tenant = try await deployment.makeTenant()
      let environment = deployment.environment.merging(
        ["API_URL": deployment.client.base, "ADMIN_TOKEN": tenant.ownerToken]
      ) { $1 }
      for (arguments, environment) in [
        ([UUID().uuidString], environment), (["no-uuid"], environment), ([UUID().uuidString], deployment.environment),
      ] {
        await #expect(throws: (any Error).self) {
          try await Deployment.run(["rewrap", "watch"] + arguments, environment)
        }
      }
      for rate in ["0", "-5", "fast"] {
        await #expect(throws: (any Error).self) {
          try await Deployment.run(["rewrap", "limit", "--rows-per-second", rate], environment)
        }
      }
    }
  }
}
