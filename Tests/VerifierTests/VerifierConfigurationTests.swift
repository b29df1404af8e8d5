import CloudKMS
import Configuration
import Foundation
import ServiceKit
import Testing

@testable import verifier

@Suite struct VerifierConfigurationTests {
  static let complete = [
    "AMQP_URL": "amqp://broker/vhost", "COMMAND_KEY_B64": Data(repeating: 1, count: 32).base64EncodedString(),
  ]

  @Test func `the policy is strict unless told`() throws {
    let configuration = try configuration([:])
    #expect(configuration.policy.unenforcedExternalID == .refuse)
    #expect(configuration.policy.patience == .seconds(20))
    #expect(configuration.concurrency == 32)
  }

  @Test func `a deployment may warn instead of refusing`() throws {
    #expect(try configuration(["UNENFORCED_EXTERNAL_ID": "warn"]).policy.unenforcedExternalID == .warn)
  }

  @Test(arguments: [
    ("UNENFORCED_EXTERNAL_ID", "ignore"), ("VERIFY_PATIENCE_SECONDS", "121"), ("VERIFY_CONCURRENCY", "0"),
  ])
  func `what doesn't fit is refused by name`(name: String, value: String) {
    let error = #expect(throws: ConfigurationError.self) { try configuration([name: value]) }
    #expect(error?.problems.count == 1)
    #expect(error?.problems.first?.hasPrefix("\(name): ") == true)
  }

  /// The verifier holds no database and no master key of the deployment's: least privilege.
  @Test func `it reads no setting of a service that has a database`() {
    let names = VerifierConfiguration.settings.map(\.name)
    #expect(Set(names).count == names.count)
    #expect(!names.contains("DATABASE_URL") && !names.contains("MASTER_KEY_B64"))
  }

  private func configuration(_ changes: [String: String]) throws -> VerifierConfiguration {
    try VerifierConfiguration(
      provider: EnvironmentVariablesProvider(environmentVariables: Self.complete.merging(changes) { $1 }))
  }
}
