import CloudKMS
import Cryptography
import Foundation
import HTTPClient
import JSON
import SigV4
import Testing

/// Customers' keys behind STS and KMS as a stand-in plays them, with signatures and policies checked.
@Suite(.enabled(if: StandInAWS.endpoint != nil, "TENANT_KMS_TEST_AWS_ENDPOINT names no stand-in"))
struct CustomerKeyTests {
  private let aws: StandInAWS
  private let account: CustomerAWSAccount
  private let tenantID = UUID()
  private var context: EncryptionContext { EncryptionContext(tenantID: tenantID, keyVersion: 1) }

  init() async throws {
    aws = StandInAWS(endpoint: try #require(StandInAWS.endpoint))
    account = try await CustomerAWSAccount.create(on: aws)
  }

  private func platform(
    accessKeyID: String? = nil, secret: String? = nil, endpoint: String? = nil, clock: KMSClock = .system
  ) -> AWSPlatform {
    let credentials = AWSCredentials(
      accessKeyID: accessKeyID ?? account.platformAccessKeyID,
      secretAccessKey: SecretBytes(copying: (secret ?? account.platformSecretAccessKey).utf8))
    return AWSPlatform(
      transport: aws.client, credentials: FixedCredentials(credentials), endpoint: endpoint ?? aws.endpoint,
      clock: clock)
  }

  private func kek(_ platform: AWSPlatform? = nil) throws -> CustomerKey<AWSPlatform> {
    CustomerKey(
      configuration: try #require(KMSCandidate.parse(account.candidate).configuration as? AWSKeyConfiguration),
      platform: platform ?? self.platform())
  }

  private func failure(_ body: () async throws -> Void) async throws -> KMSFailure? {
    do {
      try await body()
      return nil
    } catch let error as KMSFailure { return error }
  }

  private func verify(
    _ candidate: JSONValue? = nil, policy: VerificationPolicy,
    progress: @escaping @Sendable (VerificationProgress) -> Void = { _ in }
  ) async throws -> VerificationReport {
    try await KeyVerifier(clouds: Clouds([platform()]), policy: policy).verify(
      KMSCandidate.parse(candidate ?? account.candidate), tenantID: tenantID, keyVersion: 1, deadline: Date() + 30,
      progress: progress)
  }

  private var impatient: VerificationPolicy {
    var policy = VerificationPolicy()
    policy.patience = .zero
    return policy
  }

  @Test func everyStageOfAVerificationPasses() async throws {
    let report = try await verify(policy: impatient)
    #expect(report.checks.map(\.stage) == VerificationStage.allCases)
    #expect(report.keyReference == account.keyARN)
    // This stand-in can't hold a role to the context (`kms:EncryptionContext` conditions always deny).
    #expect(report.warnings.map { $0.contains("kms:EncryptionContext") } == [true])
  }

  @Test func aWrongExternalIDIsDenied() async throws {
    let config: JSONValue = [
      "region": .string(StandInAWS.region), "role_arn": .string(account.roleARN), "external_id": "not-the-one",
    ]
    let candidate: JSONValue = ["provider": "aws", "kms_key_ref": .string(account.keyARN), "config": config]
    let found = try await failure { _ = try await verify(candidate, policy: impatient) }
    #expect(found?.reason == .accessDenied)
    #expect(found?.stage == .assumeRole)
  }

  @Test func aRoleThatAnyoneMayAssumeIsRefused() async throws {
    try await account.setTrustPolicy("Allow", conditional: false)
    let found = try await failure { _ = try await verify(policy: impatient) }
    #expect(found?.reason == .externalIDNotEnforced)
    #expect(found?.stage == .confusedDeputy)
  }

  @Test func aPermissionThatArrivesLateIsWaitedFor() async throws {
    try await account.removeInlinePolicy()
    let (steps, tell) = AsyncStream.makeStream(of: VerificationProgress.self)
    var policy = VerificationPolicy()
    policy.firstPause = .milliseconds(10)
    async let report = verify(policy: policy) { tell.yield($0) }
    for await case .waiting(let stage, let failure) in steps {
      #expect(stage == .encrypt)
      #expect(failure.reason == .accessDenied)
      break
    }
    try await account.setInlinePolicy("Allow")
    #expect(try await report.checks.last?.ok == true)
  }

  @Test func aNewKeyUnwraps() async throws {
    let candidate = try KMSCandidate.parse(account.candidate)
    let wrapped = try await KeyVerifier(clouds: Clouds([platform()])).wrapNewKey(
      candidate, tenantID: tenantID, keyVersion: 1, deadline: Date() + 30)
    #expect(try await kek().unwrap(wrapped, context: context).count == 32)
  }

  @Test func credentialsThatNobodyKnowsAreOurs() async throws {
    let unknown = try kek(platform(accessKeyID: "AKIAAAAAAAAAAAAAAAAA"))
    let found = try await failure { _ = try await unknown.wrap(.random(count: 32), context: context) }
    #expect(found?.reason == .platformCredentials)
    #expect(found?.seal == .untilTTL)
  }

  @Test func aWrongSecretIsOurs() async throws {
    let wrong = try kek(platform(secret: "not-the-secret"))
    let found = try await failure { _ = try await wrong.wrap(.random(count: 32), context: context) }
    #expect(found?.reason == .platformSignature)
    #expect(found?.seal == .untilTTL)
  }

  @Test func whereNobodyListensNobodySeals() async throws {
    let deaf = try kek(platform(endpoint: "http://127.0.0.1:1"))
    let found = try await failure { _ = try await deaf.wrap(.random(count: 32), context: context) }
    #expect(found?.reason == .unreachable)
    #expect(found?.seal == .untilTTL)
    #expect(found?.stage == .assumeRole)
  }
}
