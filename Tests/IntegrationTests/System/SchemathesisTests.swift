import Foundation
import Testing

/// The running service against its own OpenAPI document, by a tool that neither of them knows: every check of
/// schemathesis, a bounded number of requests, always the same ones. `compose/local schemathesis` runs for longer.
@Suite(.enabled(if: Deployment.isPossible && Schemathesis.program != nil), .deploymentSlot, .timeLimit(.minutes(15)))
struct SchemathesisTests {
  @Test func `the service does what its document says, and refuses what it doesn't`() async throws {
    let account = try await CustomerAWSAccount.create(on: StandInAWS(endpoint: try #require(StandInAWS.endpoint)))
    try await Deployment.with(verifies: false, workers: 0, as: account) { deployment in
      let tenant = try await deployment.makeTenant()
      let report = try await Schemathesis.run(
        ["--seed", "1", "--generation-deterministic", "--max-examples", "8"], at: deployment.client.base,
        ["API_KEY": tenant.apiKey, "ADMIN_TOKEN": tenant.ownerToken])
      #expect(report.exitCode == 0, "\(report.text)")
      // That it is over well because something was tried.
      let counts = try #require(report.text.firstMatch(of: #/(\d+) generated, (\d+) passed/#)?.output)
      #expect(counts.1 == counts.2 && Int(counts.1) ?? 0 > 1_000, "\(report.text.suffix(2_000))")
    }
  }
}

/// schemathesis, where `compose/local test` has put it.
enum Schemathesis {
  static let program = ProcessInfo.processInfo.environment["TENANT_KMS_TEST_SCHEMATHESIS"]

  static func run(
    _ arguments: [String], at base: String, _ environment: [String: String]
  ) async throws -> (exitCode: Int32, text: String) {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Schemathesis")
    let process = Process()
    process.executableURL = URL(filePath: program ?? "")
    process.arguments =
      ["--config-file", folder.appending(path: "schemathesis.toml").path, "run", "\(base)/openapi.json"] + arguments
    process.environment = ["PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": NSTemporaryDirectory()]
      .merging(environment) { $1 }
    process.currentDirectoryURL = URL(filePath: NSTemporaryDirectory())
    let output = Pipe()
    process.standardOutput = output
    process.standardError = output
    return try await withCheckedThrowingContinuation { continuation in
      // It blocks, so not on Swift's pool.
      DispatchQueue.global().async {
        continuation.resume(
          with: Result {
            try process.run()
            let data = try output.fileHandleForReading.readToEnd() ?? Data()
            process.waitUntilExit()
            return (process.terminationStatus, String(decoding: data, as: UTF8.self))
          })
      }
    }
  }
}
