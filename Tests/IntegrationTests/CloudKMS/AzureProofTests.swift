import CloudKMS
import Cryptography
import Dispatch
import Foundation
import JSON
import Testing

/// The stand-in behaves towards Microsoft's own Python clients as Azure does, so that a mistake that it shares with this
/// code would show. One at a time: there is one machine whose identity the metadata service tells.
@Suite(
  .enabled(if: StandInAzure.python != nil, "TENANT_KMS_TEST_AZURE_PYTHON names no Python with Microsoft's clients"),
  .serialized)
struct AzureProofTests {
  private let context = EncryptionContext(tenantID: UUID(), keyVersion: 1)
  private let secret = SecretBytes.random(count: 32)

  @Test func `Microsoft's clients use it without noticing`() async throws {
    let port = try #require(StandInAzure.endpoint?.split(separator: ":").last)
    let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../StandIns/azure/proof.py")
    let process = Process()
    process.executableURL = URL(filePath: try #require(StandInAzure.python))
    process.arguments = [
      "-B", script.standardized.path(), String(port), try #require(StandInAzure.tlsPort),
      try #require(StandInAzure.authority),
    ]
    process.environment = ["PATH": "/usr/bin:/bin", "NO_PROXY": "*"]
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

  @Test func `a machine's identity serves by itself`() async throws {
    try await CustomerAzureVault.with { vault in
      let machine = UUID().uuidString.lowercased()
      try await vault.azure.administer(
        "machine", ["directory": .string(vault.directoryID), "client_id": .string(machine)])
      try await vault.grant(true, to: machine)
      let body = vault.candidate(without: ["client_id", "client_secret_env_var"])
      let key = try vault.clouds.key(KMSCandidate.parse(body))
      let wrapped = try await key.wrap(secret, context: context)
      #expect(try await key.unwrap(wrapped, context: context) == secret)
    }
  }

  @Test func `a machine's identity serves as an application of another directory that trusts it`() async throws {
    try await CustomerAzureVault.with { vault in
      let home: JSONValue = .string(UUID().uuidString.lowercased())
      try await vault.azure.administer(
        "machine", ["directory": home, "client_id": .string(UUID().uuidString.lowercased())])
      let key = try vault.clouds.key(KMSCandidate.parse(vault.candidate(without: ["client_secret_env_var"])))
      do {
        _ = try await key.wrap(secret, context: context)
        Issue.record("an application that doesn't trust the machine let it in")
      } catch let found as KMSFailure {
        #expect(found.reason == .platformCredentials)
        #expect(found.providerCode == "AADSTS700213")
      }
      try await vault.azure.administer("trust_machine", vault.application)
      let wrapped = try await key.wrap(secret, context: context)
      #expect(try await key.unwrap(wrapped, context: context) == secret)
    }
  }
}
