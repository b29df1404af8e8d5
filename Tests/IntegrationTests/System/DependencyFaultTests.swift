import Foundation
import JSON
import Testing

/// Our own servers out of reach: a clear answer in time, no half-done onboarding, and all is well once they are back.
@Suite(.enabled(if: Deployment.isPossible), .deploymentSlot) struct DependencyFaultTests {
  @Test func `without a verifier an onboarding times out`() async throws {
    try await Deployment.with(["VERIFY_TIMEOUT_SECONDS": "1"], verifies: false, workers: 0) { deployment in
      let tenant = try await deployment.makeTenant()
      let before = try await deployment.fingerprint()
      let answer = try await deployment.client.post(
        "/admin/tenant-kms", token: tenant.ownerToken, BadRequestTests.valid)
      #expect(answer.status == 504, "\(answer)")
      #expect(try answer.error["type"] == "kms_verify_timeout")
      #expect(try await deployment.fingerprint() == before)

      // Nobody waits for it any more, and it is no dead letter: the next verifier drops it.
      let verifier = try RunningProgram("verifier", environment: deployment.environments[.verifier] ?? [:])
      let isDropped = try await eventually("the verification to be dropped") {
        verifier.output.contains("verification expired before it began") ? true : nil
      }
      #expect(isDropped)
      await verifier.stop()
      let dead = try await deployment.virtualHost.queue("kms.verify.dead")
      #expect((dead.messages_ready ?? 0) + (dead.messages_unacknowledged ?? 0) == 0)
    }
  }

  @Test func `without a broker an onboarding is unavailable, and works once it is back`() async throws {
    let account = try await CustomerAWSAccount.create(on: StandInAWS(endpoint: try #require(StandInAWS.endpoint)))
    let broker = try #require(TestBroker.amqpURL.flatMap(URLComponents.init(string:)))
    let proxy = try FaultProxy(to: broker.port ?? 5672)
    defer { proxy.stop() }
    try await Deployment.with(["VERIFY_TIMEOUT_SECONDS": "10"], brokerPort: proxy.port, as: account) { deployment in
      let tenant = try await deployment.makeTenant()
      let values = try await deployment.makeSecrets(10, for: tenant)
      let before = try await deployment.fingerprint()
      proxy.behave(.reset)
      let answer = try await deployment.client.post("/admin/tenant-kms", token: tenant.ownerToken, account.candidate)
      #expect(answer.status == 503, "\(answer)")
      #expect(try answer.error["type"] == "dependency_unavailable", "\(answer)")
      #expect(answer.headers["retry-after"] != nil, "\(answer)")
      #expect(try await deployment.fingerprint() == before)
      proxy.behave(.forward)
      let again = try await eventually("an onboarding through the broker") {
        let again = try await deployment.client.post("/admin/tenant-kms", token: tenant.ownerToken, account.candidate)
        return again.status == 200 ? again : nil
      }
      #expect(try again.json["new_key_version"] == 1)
      #expect(try await deployment.finishedRewrap(of: tenant)["status"] == "completed")
      #expect(try await deployment.decryptedSecrets(of: tenant, with: account).values == values)
    }
  }

  @Test func `without a database every route that needs it is unavailable`() async throws {
    let server = try #require(TestDatabase.serverURL.flatMap(URLComponents.init(string:)))
    let proxy = try FaultProxy(to: server.port ?? 5432)
    defer { proxy.stop() }
    try await Deployment.with(verifies: false, workers: 0, databasePort: proxy.port) { deployment in
      let tenant = try await deployment.makeTenant()
      let before = try await deployment.fingerprint()
      proxy.behave(.reset)
      for (method, path, token, body) in [
        ("POST", "/admin/tenant-kms", tenant.ownerToken, BadRequestTests.valid.canonicalBytes),
        ("GET", "/admin/tenant-kms", tenant.ownerToken, nil),
        ("GET", "/admin/tenant-kms/rewrap", tenant.ownerToken, nil),
        ("GET", "/v1/secrets", tenant.apiKey, nil),
        ("POST", "/v1/secrets", tenant.apiKey, Array(#"{"name":"n","value":"v"}"#.utf8)),
      ] {
        let answer = try await deployment.client.send(method, path, token: token, body: body)
        #expect(answer.status == 503, "\(method) \(path): \(answer)")
        #expect(try answer.error["type"] == "dependency_unavailable", "\(method) \(path): \(answer)")
        #expect(answer.headers["retry-after"] != nil, "\(method) \(path)")
      }
      proxy.behave(.forward)
      #expect(try await deployment.client.get("/v1/secrets", token: tenant.apiKey).status == 200)
      #expect(try await deployment.fingerprint() == before)
    }
  }
}
