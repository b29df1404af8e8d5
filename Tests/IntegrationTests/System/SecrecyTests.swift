import Foundation
import JSON
import Testing

/// What must never be found outside the process that needs it.
@Suite(.enabled(if: Deployment.isPossible), .deploymentSlot) struct SecrecyTests {
  @Test func `the customer's key is used for exactly the calls expected, and nothing secret is left anywhere`()
    async throws
  {
    let endpoint = try #require(StandInAWS.endpoint.flatMap(URLComponents.init(string:)))
    let account = try await CustomerAWSAccount.create(on: StandInAWS(endpoint: try #require(endpoint.string)))
    let proxy = try FaultProxy(to: endpoint.port ?? 80)
    defer { proxy.stop() }
    let settings = ["AWS_ENDPOINT_URL": "http://127.0.0.1:\(proxy.port)", "LOG_LEVEL": "trace"]
    // One worker without company, so that the unwraps can be counted.
    try await Deployment.with(settings, workers: 1, as: account) { deployment in
      let tenant = try await deployment.makeTenant()
      let canary = "canary-\(UUID().uuidString)"
      let values = try await deployment.makeSecrets(5, for: tenant, prefix: canary.uppercased())
      let made = try await deployment.client.post(
        "/v1/secrets", token: tenant.apiKey, ["name": "CANARY", "value": .string(canary)])
      #expect(made.status == 201)
      #expect(!made.text.contains(canary))
      let answer = try await deployment.client.post("/admin/tenant-kms", token: tenant.ownerToken, account.candidate)
      #expect(answer.status == 200, "\(answer)")
      let job = try await deployment.finishedRewrap(of: tenant)
      #expect(job["processed"] == 6)

      // The probe and the new key: one Encrypt and one Decrypt each, and the probe one Encrypt without the context; the
      // worker: one Decrypt for the whole job.
      #expect(proxy.count(of: "TrentService.Encrypt") == 3)
      #expect(proxy.count(of: "TrentService.Decrypt") == 3)

      let readable = try await deployment.decryptedSecrets(of: tenant, with: account).values
      #expect(readable == values.merging(["CANARY": canary]) { $1 })

      let dump = try await deployment.dump()
      let logs = deployment.programs.map(\.output).joined(separator: "\n")
      let secrets =
        values.values + [
          canary, tenant.apiKey, account.platformSecretAccessKey, deployment.environment["MASTER_KEY_B64"] ?? "",
          deployment.environment["COMMAND_KEY_B64"] ?? "", deployment.environment["ADMIN_JWT_HS256_KEY_B64"] ?? "",
          String(tenant.apiKey.suffix(43)), tenant.ownerToken,
        ]
      for secret in secrets {
        #expect(!secret.isEmpty)
        #expect(!dump.contains(secret), "in the database")
        #expect(!logs.contains(secret), "in the logs")
      }
      #expect(logs.contains("\"level\":\"info\""))
      #expect(dump.contains("CANARY"), "the dump holds the rows")
      for queue in ["kms.verify", "rewrap.start", "rewrap.batch"].flatMap({ [$0, $0 + ".dead"] }) {
        let found = try await deployment.virtualHost.queue(queue)
        #expect((found.messages_ready ?? 0) + (found.messages_unacknowledged ?? 0) == 0, "\(queue)")
      }
    }
  }

  @Test func `no message on the queues holds a secret in the clear`() async throws {
    let account = try await CustomerAWSAccount.create(on: StandInAWS(endpoint: try #require(StandInAWS.endpoint)))
    let broker = try #require(TestBroker.amqpURL.flatMap(URLComponents.init(string:)))
    let proxy = try FaultProxy(to: broker.port ?? 5672)
    defer { proxy.stop() }
    try await Deployment.with(brokerPort: proxy.port, as: account) { deployment in
      let tenant = try await deployment.makeTenant()
      let values = try await deployment.makeSecrets(3, for: tenant)
      let answer = try await deployment.client.post("/admin/tenant-kms", token: tenant.ownerToken, account.candidate)
      #expect(answer.status == 200, "\(answer)")
      #expect(try await deployment.finishedRewrap(of: tenant)["status"] == "completed")
      let sent = proxy.sent
      #expect(sent.contains("rewrap.batch") && sent.contains("kms.verify.reply"), "the commands went this way")
      for secret in values.values + [account.platformSecretAccessKey, deployment.environment["COMMAND_KEY_B64"] ?? "x"]
      {
        #expect(!sent.contains(secret))
      }
    }
  }
}
