import Foundation
import JSON
import Testing

/// `POST /admin/tenant-kms` for who wants to see the stages as they go.
@Suite(.enabled(if: Deployment.isPossible), .deploymentSlot) struct VerificationStreamTests {
  struct Event: Equatable {
    let name: String
    let data: JSONValue
  }

  @Test func `each stage is told as it begins and as it ends, and then what came of it`() async throws {
    let account = try await CustomerAWSAccount.create(on: StandInAWS(endpoint: try #require(StandInAWS.endpoint)))
    try await Deployment.with(workers: 0, as: account) { deployment in
      let tenant = try await deployment.makeTenant()
      let events = try await onboard(account.candidate, tenant.ownerToken, deployment)
      let steps = events.dropLast().map { "\($0.data["stage"]?.string ?? "") \($0.data["state"]?.string ?? "")" }
      let stages = ["validate", "credentials", "assume_role", "confused_deputy", "encrypt", "decrypt", "key_state"]
      #expect(steps == stages.flatMap { ["\($0) started", "\($0) passed"] })
      #expect(events.dropLast().allSatisfy { $0.name == "verification.stage" })
      #expect(events.last?.name == "result")
      #expect(events.last?.data["new_key_version"] == 1)
      let log = try await deployment.client.get("/v1/audit-logs?action=byok.kms.onboard", token: tenant.apiKey)
      guard case .array(let rows)? = try log.json["data"] else {
        Issue.record("\(log)")
        return
      }
      #expect(rows.map { $0["ip_address"] } == ["127.0.0.1"])
    }
  }

  @Test func `a failure is the last event, with the status that it would have had, and nothing was changed`()
    async throws
  {
    let account = try await CustomerAWSAccount.create(on: StandInAWS(endpoint: try #require(StandInAWS.endpoint)))
    try await account.kms("DisableKey")
    try await Deployment.with(workers: 0, as: account) { deployment in
      let tenant = try await deployment.makeTenant()
      let events = try await onboard(account.candidate, tenant.ownerToken, deployment)
      #expect(events.dropLast().last?.data["state"] == "failed")
      let error = try #require(events.last)
      #expect(error.name == "error")
      #expect(error.data["status"] == 400)
      #expect(error.data["error"]?["reason"] == "key_disabled")
      #expect(error.data["error"]?["request_id"]?.string?.isEmpty == false)
      let shown = try await deployment.client.get("/admin/tenant-kms", token: tenant.ownerToken)
      #expect(shown.status == 404)
    }
  }

  private func onboard(_ candidate: JSONValue, _ token: String, _ deployment: Deployment) async throws -> [Event] {
    let answer = try await deployment.client.send(
      "POST", "/admin/tenant-kms", token: token, body: candidate.canonicalBytes,
      headers: ["Accept": "text/event-stream"])
    #expect(answer.status == 200)
    #expect(answer.headers["content-type"] == "text/event-stream")
    return try answer.text.components(separatedBy: "\n\n").dropLast().map { block in
      let lines = block.components(separatedBy: "\n")
      try #require(lines.count == 2 && lines[0].hasPrefix("event: ") && lines[1].hasPrefix("data: "))
      return Event(
        name: String(lines[0].dropFirst(7)), data: try JSONValue(parsing: Array(lines[1].dropFirst(6).utf8)))
    }
  }
}
