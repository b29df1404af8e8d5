import AMQP
import Commands
import Foundation
import JSON
import Testing

/// `onboarding-api dead-letters`, against running services.
@Suite(.enabled(if: Deployment.isPossible), .deploymentSlot, .timeLimit(.minutes(2))) struct DeadLettersCommandTests {
  @Test func `a forged command is listed with its reason, can't be requeued, and is dropped`() async throws {
    try await Deployment.with(verifies: false) { deployment in
      let id = UUID().uuidString.lowercased()
      let forged = AMQPMessage(
        body: Array("canary".utf8), type: "rewrap.start", messageID: id, headers: ["x-signature": "00"])
      let publisher = AMQPPublisher(configuration: try deployment.virtualHost.configuration())
      try await withRunning(publisher) {
        _ = try await eventually("the queue to exist") {
          do {
            try await publisher.publish(forged, exchange: "", routingKey: "rewrap.start")
            return true
          } catch let error as AMQPError where [.unroutable, .refused].contains(error.code) {
            // Refused while a quorum queue is declared already, but has no leader yet.
            return nil
          }
        }
      }
      let line = try await eventually("the dead letter") {
        let lines = try await deployment.deadLetters("list", "--queue", "rewrap.start")
        return lines.isEmpty ? nil : lines
      }
      #expect(!line.contains("canary"))
      let letter = try JSONValue(parsing: Array(line.utf8))
      #expect(letter["queue"] == "rewrap.start")
      #expect(letter["message_id"]?.string == id)
      #expect(letter["command"] == "rewrap.start")
      #expect(letter["reason"] == "the command is not authentic")
      #expect(letter["deaths"] == 1)
      #expect(letter["authentic"] == false)
      #expect(letter["age_seconds"] != .null)

      #expect(try await deployment.deadLetters("requeue", "--all") == #"{"refused":1,"requeued":0}"#)
      #expect(try await deployment.deadLetters("drop", "--message-id", id) == #"{"dropped":1,"refused":0}"#)
      #expect(try await deployment.deadLetters("list") == "")
      await #expect(throws: (any Error).self) { try await deployment.deadLetters("drop", "--message-id", id) }
      let worker = try #require(deployment.workers.first)
      #expect(!worker.output.contains("canary"))
    }
  }

  @Test func `the backlog and the dead letters are metrics`() async throws {
    try await Deployment.with(["HEALTH_PORT": "0"], verifies: false) { deployment in
      let text = try await eventually("the dead letters' metric") {
        let text = try await deployment.client.send("GET", "/metrics").text
        return text.contains("tenant_kms_dead_letters{queue=\"rewrap.batch\"} 0\n") ? text : nil
      }
      #expect(text.contains("\ntenant_kms_outbox_entries 0\n"))
      #expect(text.contains("\ntenant_kms_outbox_oldest_seconds 0\n"))

      let worker = try #require(deployment.workers.first)
      let open = try await worker.line { $0.contains(#""message":"health port open""#) }
      let port = try #require(try JSONValue(parsing: Array(open.utf8))["port"]?.string)
      let health = APIClient(base: "http://127.0.0.1:\(port)")
      #expect(try await health.send("GET", "/healthz").json == ["ok": true])
      #expect(try await health.send("GET", "/metrics").text.contains("tenant_kms_metrics_failures_total 0"))
    }
  }
}

extension Deployment {
  /// Runs `onboarding-api dead-letters` and answers what it printed.
  fileprivate func deadLetters(_ arguments: String...) async throws -> String {
    try await Self.run(["dead-letters"] + arguments, environment)
  }
}
