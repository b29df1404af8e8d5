import CloudKMS
import Configuration
import Foundation
import Repository
import ServiceKit
import Testing

@testable import verifier

@Suite struct VerifierConfigurationTests {
  static let complete = [
    "AMQP_URL": "amqp://broker/vhost", "COMMAND_KEY_B64": Data(repeating: 1, count: 32).base64EncodedString(),
    "DATABASE_URL": "postgresql://user@db/name",
  ]

  @Test func `the policy is strict unless told`() throws {
    let configuration = try configuration([:])
    #expect(configuration.policy.unenforcedExternalID == .refuse)
    #expect(configuration.policy.patience == .seconds(20))
    #expect(configuration.concurrency == 32)
    #expect(configuration.pace == GrantPace())
    #expect(configuration.checkConcurrency == 128)
  }

  @Test func `the checker's pace may be set`() throws {
    let configuration = try configuration(["CHECK_INTERVAL_SECONDS": "120", "SEALED_CHECK_INTERVAL_SECONDS": "10"])
    #expect(configuration.pace.interval == .seconds(120))
    #expect(configuration.pace.troubledInterval == .seconds(10))
  }

  @Test func `a claim outlasts two tries of two calls each`() throws {
    #expect(try configuration(["KMS_TOTAL_TIMEOUT_SECONDS": "120"]).checkLease > .seconds(480))
  }

  @Test func `a deployment may warn instead of refusing`() throws {
    #expect(try configuration(["UNENFORCED_EXTERNAL_ID": "warn"]).policy.unenforcedExternalID == .warn)
  }

  @Test(arguments: [
    ("UNENFORCED_EXTERNAL_ID", "ignore"), ("VERIFY_PATIENCE_SECONDS", "121"), ("VERIFY_CONCURRENCY", "0"),
    ("CHECK_INTERVAL_SECONDS", "0"), ("SEALED_CHECK_INTERVAL_SECONDS", "3601"), ("CHECK_CONCURRENCY", "1001"),
  ])
  func `what doesn't fit is refused by name`(name: String, value: String) {
    let error = #expect(throws: ConfigurationError.self) { try configuration([name: value]) }
    #expect(error?.problems.count == 1)
    #expect(error?.problems.first?.hasPrefix("\(name): ") == true)
  }

  /// The verifier holds no master key of the deployment's: least privilege.
  @Test func `it reads no setting of a service that unwraps what the platform wrapped`() {
    let names = VerifierConfiguration.settings.map(\.name)
    #expect(Set(names).count == names.count)
    #expect(!names.contains("MASTER_KEY_B64"))
  }

  private func configuration(_ changes: [String: String]) throws -> VerifierConfiguration {
    try VerifierConfiguration(
      provider: EnvironmentVariablesProvider(environmentVariables: Self.complete.merging(changes) { $1 }))
  }
}
