import Foundation
import Testing

/// What Prometheus itself makes of our metrics, alerts and settings: its promtool, on what the services answer.
@Suite(.enabled(if: Deployment.isPossible), .deploymentSlot)
struct ObservabilityTests {
  private static let folder = URL(filePath: #filePath).appending(path: "../../../../compose/observability").standardized

  @Test(arguments: [
    ["check", "config", "prometheus.yml"], ["check", "rules", "alerts.yml"], ["test", "rules", "alerts_test.yml"],
  ]) func `promtool accepts the settings, and the alerts ring when they should`(arguments: [String]) async throws {
    let file = Self.folder.appending(path: try #require(arguments.last)).path()
    let output = try await Tool.run("promtool", arguments.dropLast() + [file])
    #expect(String(decoding: output, as: UTF8.self).contains("SUCCESS"))
  }

  @Test func `promtool has nothing to say against the metrics of any service`() async throws {
    let account = try await CustomerAWSAccount.create(on: StandInAWS(endpoint: try #require(StandInAWS.endpoint)))
    let ports = [LoopbackPort.free(), LoopbackPort.free()]
    try await Deployment.with(as: account) { deployment in
      let tenant = try await deployment.makeTenant()
      _ = try await deployment.makeSecrets(2, for: tenant)
      try await deployment.onboard(account.candidate, for: tenant)
      _ = try await deployment.finishedRewrap(of: tenant)
      // Beside those of the deployment, which would all have the same port.
      let others = try zip([ServiceRole.verifier, .worker], ports).map { role, port in
        try RunningProgram(
          role.program,
          environment: (deployment.environments[role] ?? [:]).merging(["HEALTH_PORT": "\(port)"]) { $1 })
      }
      let clients = [deployment.client] + ports.map { APIClient(base: "http://127.0.0.1:\($0)") }
      let outcome = await outcome {
        for (client, name) in zip(clients, ["onboarding-api", "verifier", "rewrap-worker"]) {
          let metrics = try await eventually("\(name) to be ready") {
            // Nobody listens yet, at first.
            let answer = try? await client.send("GET", "/readyz")
            return answer?.status == 200 ? try await client.send("GET", "/metrics").text : nil
          }
          _ = try await Tool.run("promtool", ["check", "metrics"], input: Data(metrics.utf8))
          #expect(metrics.contains("\ntenant_kms_") && metrics.contains("\nprocess_resident_memory_bytes"), "\(name)")
          #expect(!metrics.lowercased().contains(tenant.id.uuidString.lowercased()), "\(name): a tenant in a label")
        }
      }
      for other in others { await other.stop() }
      for client in clients.dropFirst() { await client.close() }
      try outcome.get()
    }
  }
}
