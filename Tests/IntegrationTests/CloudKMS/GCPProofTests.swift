import CloudKMS
import Cryptography
import Dispatch
import Foundation
import JSON
import Testing

/// The stand-in behaves towards Google's own Python clients as Google does, so that a mistake that it shares with this
/// code would show. One at a time: there is one machine whose service account the metadata server tells.
@Suite(
  .enabled(if: StandInGCP.python != nil, "TENANT_KMS_TEST_GCP_PYTHON names no Python with Google's clients"),
  .serialized)
struct GCPProofTests {
  @Test func `Google's clients use it without noticing`() async throws {
    let endpoint = try #require(StandInGCP.endpoint)
    let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../StandIns/gcp/proof.py")
    let process = Process()
    process.executableURL = URL(filePath: try #require(StandInGCP.python))
    process.arguments = ["-B", script.standardized.path(), endpoint]
    process.environment = [
      "PATH": "/usr/bin:/bin", "NO_PROXY": "127.0.0.1", "GCE_METADATA_HOST": String(endpoint.trimmingPrefix("http://")),
    ]
    let output = Pipe()
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let text = await withCheckedContinuation { continuation in
      // It blocks, so not on Swift's pool.
      DispatchQueue.global().async {
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        continuation.resume(returning: String(decoding: data, as: UTF8.self))
      }
    }
    #expect(process.terminationStatus == 0, "\(text)")
    #expect(text.contains("\"proven\""))
  }

  @Test func `a machine's own service account serves as well as a key file`() async throws {
    try await CustomerGCPProject.with { project in
      let machine = "machine-\(UUID().uuidString.lowercased().prefix(8))@saas.iam.gserviceaccount.com"
      try await project.gcp.administer("machine", ["email": .string(machine)])
      try await project.set(
        "iam.serviceAccounts.getAccessToken", of: machine,
        on: "projects/-/serviceAccounts/\(project.serviceAccount)", granted: true)
      let host = String(project.gcp.endpoint.trimmingPrefix("http://"))
      let platform = GCPPlatform(
        transport: project.gcp.client, credentialsFile: nil, metadataHost: host, endpoint: project.gcp.endpoint)
      let key = try Clouds([platform]).key(KMSCandidate.parse(project.candidate))
      let context = EncryptionContext(tenantID: UUID(), keyVersion: 1)
      let secret = SecretBytes.random(count: 32)
      let wrapped = try await key.wrap(secret, context: context)
      #expect(try await key.unwrap(wrapped, context: context) == secret)
    }
  }
}
