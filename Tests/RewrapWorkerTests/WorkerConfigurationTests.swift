import Configuration
import Foundation
import Postgres
import ServiceKit
import Testing

@testable import rewrap_worker

@Suite struct WorkerConfigurationTests {
  static let complete = [
    "AMQP_URL": "amqp://broker/vhost", "DATABASE_URL": "postgresql://db/name",
    "COMMAND_KEY_B64": Data(repeating: 1, count: 32).base64EncodedString(),
    "MASTER_KEY_B64": Data(repeating: 2, count: 32).base64EncodedString(),
  ]

  @Test func `the pace has defaults`() throws {
    let pace = try configuration([:]).pace
    #expect(pace.batchRows == 10_000)
    #expect(pace.window == 4)
    #expect(pace.concurrency == 4)
    #expect(try configuration([:]).stallInterval == .seconds(30))
  }

  @Test(arguments: [
    ("REWRAP_BATCH_ROWS", "0"), ("REWRAP_BATCH_ROWS", "10001"), ("REWRAP_WINDOW", "65"), ("REWRAP_CONCURRENCY", "-1"),
    ("REWRAP_STALLED_SECONDS", "0"),
  ])
  func `a pace out of bounds is refused by name`(name: String, value: String) {
    let error = #expect(throws: ConfigurationError.self) { try configuration([name: value]) }
    #expect(error?.problems.count == 1)
    #expect(error?.problems.first?.hasPrefix("\(name): ") == true)
  }

  /// Else all of them could wait for a key that none has a connection left to look up.
  @Test func `batches must leave a connection free`() throws {
    #expect(try configuration(["DATABASE_CONNECTIONS": "5"]).pace.concurrency == 4)
    for connections in ["4", "3"] {
      let error = #expect(throws: ConfigurationError.self) {
        try configuration(["DATABASE_CONNECTIONS": connections])
      }
      #expect(error?.problems.count == 1)
      #expect(error?.problems.first?.hasPrefix("REWRAP_CONCURRENCY: must be less than DATABASE_CONNECTIONS") == true)
    }
  }

  @Test func `a batch that stands still doesn't hold its rows for long`() throws {
    #expect(try configuration([:]).database.configuration.idleInTransactionTimeout == .seconds(10))
  }

  @Test func `every setting is listed once`() {
    #expect(Set(WorkerConfiguration.settings.map(\.name)).count == WorkerConfiguration.settings.count)
  }

  private func configuration(_ changes: [String: String]) throws -> WorkerConfiguration {
    try WorkerConfiguration(
      provider: EnvironmentVariablesProvider(environmentVariables: Self.complete.merging(changes) { $1 }))
  }
}
