import CloudKMS
import Cryptography
import Foundation
import JSON
import Testing

/// Customers' keys in Google Cloud as a stand-in plays it, which Google's own clients have been tried on.
@Suite(.enabled(if: StandInGCP.endpoint != nil, "TENANT_KMS_TEST_GCP_ENDPOINT names no stand-in"))
struct GCPKeyTests {
  private let tenantID = UUID()
  private var context: EncryptionContext { EncryptionContext(tenantID: tenantID, keyVersion: 1) }
  private let secret = SecretBytes.random(count: 32)

  private func failure(_ body: () async throws -> Void) async throws -> KMSFailure? {
    do {
      try await body()
      return nil
    } catch let error as KMSFailure { return error }
  }

  private var impatient: VerificationPolicy {
    var policy = VerificationPolicy()
    policy.patience = .zero
    return policy
  }

  private func verify(
    _ project: CustomerGCPProject, _ clouds: Clouds? = nil
  ) async throws -> VerificationReport {
    try await KeyVerifier(clouds: clouds ?? project.clouds(), policy: impatient).verify(
      KMSCandidate.parse(project.candidate), tenantID: tenantID, keyVersion: 1, deadline: Date() + 30)
  }

  @Test func `a key is wrapped and unwrapped, and its version recorded, also after a rotation`() async throws {
    try await CustomerGCPProject.with { project in
      let wrapped = try await project.key().wrap(secret, context: context)
      #expect(wrapped.keyReference == "\(project.keyName)/cryptoKeyVersions/1")
      try await project.gcp.administer("rotate", ["name": .string(project.keyName)])
      #expect(try await project.key().unwrap(wrapped, context: context) == secret)
      let second = try await project.key().wrap(secret, context: context)
      #expect(second.keyReference == "\(project.keyName)/cryptoKeyVersions/2")
      #expect(try await project.key().unwrap(second, context: context) == secret)
    }
  }

  @Test func `every stage of a verification passes`() async throws {
    try await CustomerGCPProject.with { project in
      let report = try await verify(project)
      #expect(report.checks.map(\.stage) == [.validate, .credentials, .assumeRole, .encrypt, .decrypt, .keyState])
      #expect(report.keyReference == "\(project.keyName)/cryptoKeyVersions/1")
      #expect(report.warnings.isEmpty)
    }
  }

  @Test func `a key that doesn't rotate is told, where the service account may look at it`() async throws {
    try await CustomerGCPProject.with { project in
      try await project.set("cloudkms.cryptoKeys.get", of: project.serviceAccount, on: project.keyName, granted: true)
      let report = try await verify(project)
      #expect(report.checks.last?.detail == "GOOGLE_SYMMETRIC_ENCRYPTION, SOFTWARE, ENABLED")
      #expect(report.warnings.count == 1)
      #expect(report.warnings.first?.contains("rotation") == true)
    }
  }

  @Test func `a workload elsewhere acts as our account where that trusts it, else seals nobody`() async throws {
    try await CustomerGCPProject.with { project in
      let workload = try await FederatedWorkload.create(of: project)
      defer { workload.remove() }
      try await workload.setTrusted(true)
      let clouds = { Clouds([workload.platform]) }
      let wrapped = try await clouds().key(KMSCandidate.parse(project.candidate)).wrap(secret, context: context)
      #expect(try await project.key().unwrap(wrapped, context: context) == secret)
      #expect(
        try await workload.platform.principalEmail(for: KeyUse(tenantID: tenantID)) == project.platformAccount)
      try await workload.setTrusted(false)
      var failure = await #expect(throws: KMSFailure.self) { try await verify(project, clouds()) }
      #expect(failure?.reason == .platformCredentials)
      #expect(failure?.seal == .untilTTL)
      #expect(failure?.operatorDetail?.contains("impersonating \(project.platformAccount)") == true)
      try workload.write(token: "another's")
      failure = await #expect(throws: KMSFailure.self) { try await verify(project, clouds()) }
      #expect(failure?.providerCode == "invalid_grant")
      #expect(failure?.stage == .credentials)
    }
  }

  @Test func `another context, and what was tampered with, do not unwrap`() async throws {
    try await CustomerGCPProject.with { project in
      let wrapped = try await project.key().wrap(secret, context: context)
      let other = EncryptionContext(tenantID: UUID(), keyVersion: 1)
      var tampered = wrapped
      tampered.ciphertext[20] ^= 1
      for (wrapped, context) in [(wrapped, other), (tampered, context)] {
        let found = try await failure { _ = try await project.key().unwrap(wrapped, context: context) }
        #expect(found?.reason == .integrity)
        #expect(found?.seal == .now)
      }
    }
  }

  @Test func `a key that is absent or of the wrong purpose is refused`() async throws {
    try await CustomerGCPProject.with { project in
      try await project.gcp.administer(
        "key", ["name": .string(project.keyName), "purpose": "ASYMMETRIC_DECRYPT"])
      let wrong = try await failure { _ = try await verify(project) }
      #expect(wrong?.reason == .wrongKeyType)
      #expect(wrong?.stage == .encrypt)
      try await project.gcp.administer("delete", ["name": .string(project.keyName)])
      let absent = try await failure { _ = try await verify(project) }
      #expect(absent?.reason == .keyNotFound)
      #expect(absent?.stage == .encrypt)
    }
  }

  @Test(arguments: [-600.0, 600])
  func `a clock that is off by ten minutes either works or is ours to mend`(_ skew: Double) async throws {
    try await CustomerGCPProject.with { project in
      let clock = KMSClock(now: { Date() + skew }, sleep: { try await Task.sleep(for: $0) })
      let key = try project.clouds(clock: clock).key(KMSCandidate.parse(project.candidate))
      let found = try await failure { _ = try await key.wrap(secret, context: context) }
      // An assertion may be old, but not from the future.
      #expect(found?.reason == (skew > 0 ? .platformCredentials : nil))
      #expect(found?.seal == (skew > 0 ? .untilTTL : nil))
    }
  }

  @Test func `where nobody listens nobody seals`() async throws {
    try await CustomerGCPProject.with { project in
      let found = try await failure {
        let key = try project.clouds(endpoint: "http://127.0.0.1:1").key(KMSCandidate.parse(project.candidate))
        _ = try await key.wrap(secret, context: context)
      }
      #expect(found?.reason == .unreachable)
      #expect(found?.seal == .untilTTL)
      #expect(found?.stage == .assumeRole)
    }
  }
}
