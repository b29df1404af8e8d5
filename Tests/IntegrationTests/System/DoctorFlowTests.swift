import Foundation
import Testing

/// `onboarding-api doctor` on deployments that are well, and on ones that aren't.
@Suite(.enabled(if: Deployment.isPossible), .deploymentSlot)
struct DoctorFlowTests {
  @Test func `a deployment that is well is told so, to the tenant's key`() async throws {
    let account = try await CustomerAWSAccount.create(on: StandInAWS(endpoint: try #require(StandInAWS.endpoint)))
    try await Deployment.with(as: account) { deployment in
      let tenant = try await deployment.makeTenant()
      let report = try await eventually("consumers of every queue") {
        let report = try await Deployment.run(["doctor", "--tenant", tenant.id.uuidString], deployment.environment)
        return report.contains("warning  queue") ? nil : report
      }
      let words = report.split(separator: "\n").map { $0.split(separator: " ") }
      let subjects = words.filter { $0[0] == "ok" }.map { $0[1] }
      #expect(
        subjects == [
          "settings", "database", "login", "clock", "schema", "key", "broker", "queue", "queue", "queue", "aws",
        ], "\(report)")
      #expect(report.contains("version 0 opens, wrapped by global"))
      #expect(report.contains("user/"), "what STS calls the platform")
      #expect(report.contains("warning  gcp") && report.contains("warning  azure"))
      #expect(!report.contains("failed"))
    }
  }

  @Test func `each fault is found, with what to do, and without a secret`() async throws {
    try await Deployment.with(verifies: false, workers: 0) { deployment in
      let tenant = try await deployment.makeTenant()
      var environment = deployment.environment
      let password = try #require(URLComponents(string: environment["DATABASE_URL"] ?? "")?.password)
      // The owner of the tables, another master key, and a port where no broker is.
      environment["DATABASE_URL"] = deployment.database.url
      environment["MASTER_KEY_B64"] = Data(repeating: 7, count: 32).base64EncodedString()
      environment["AMQP_URL"] = "amqp://someone:hunter2@127.0.0.1:\(LoopbackPort.free())/"
      let failed = await #expect(throws: Deployment.Failed.self) {
        try await Deployment.run(["doctor", "--tenant", tenant.id.uuidString], environment)
      }
      let report = try #require(failed?.output)
      #expect(failed?.exitCode == 1)
      for subject in ["login", "key", "broker"] { #expect(report.contains("failed   \(subject)"), "\(report)") }
      #expect(report.contains("roles.sql"))
      #expect(report.contains("AMQP_URL"))
      for secret in ["hunter2", password, environment["MASTER_KEY_B64"] ?? ""] { #expect(!report.contains(secret)) }
    }
  }

  @Test func `an empty database, and one that isn't there, are told apart`() async throws {
    try await Deployment.with(verifies: false, workers: 0) { deployment in
      var environment = deployment.environment
      try await TestDatabase.with { empty in
        environment["DATABASE_URL"] = empty.url
        let failed = await #expect(throws: Deployment.Failed.self) {
          try await Deployment.run(["doctor"], environment)
        }
        #expect(failed?.output.contains("failed   schema") == true)
        #expect(failed?.output.contains("onboarding-api migrate") == true)
      }
      environment["DATABASE_URL"] = "postgresql://someone:hunter2@127.0.0.1:\(LoopbackPort.free())/nothing"
      let failed = await #expect(throws: Deployment.Failed.self) { try await Deployment.run(["doctor"], environment) }
      let report = try #require(failed?.output)
      #expect(report.contains("failed   database"))
      // Where there is no database, nothing can be said of what is in it; the rest can be looked at.
      #expect(!report.contains("schema") && report.contains("ok       broker"))
      #expect(report.contains("warning  queue") && !report.contains("hunter2"))
    }
  }

  @Test func `settings that can't be understood are all named, and nothing is tried`() async throws {
    let environment = ["PATH": "/usr/bin:/bin", "DATABASE_URL": "mysql://hunter2@db/name"]
    let failed = await #expect(throws: Deployment.Failed.self) { try await Deployment.run(["doctor"], environment) }
    #expect(failed?.exitCode == 78)
    #expect(failed?.output == "")
  }
}
