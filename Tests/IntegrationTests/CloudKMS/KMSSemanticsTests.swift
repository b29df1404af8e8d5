import CloudKMS
import Cryptography
import Foundation
import JSON
import SigV4
import Testing

/// What KMS does with ciphertexts, aliases and the states of keys, as localstack plays it: it authenticates what it
/// decrypts, which the other stand-in doesn't, and lets everybody in, which that doesn't.
@Suite(.enabled(if: Localstack.endpoint != nil, "TENANT_KMS_TEST_LOCALSTACK_ENDPOINT names no stand-in"))
struct KMSSemanticsTests {
  private let aws: StandInAWS
  private let keyARN: String
  private let secret = SecretBytes.random(count: 32)
  private let context = EncryptionContext(tenantID: UUID(), keyVersion: 1)

  init() async throws {
    aws = StandInAWS(endpoint: try #require(Localstack.endpoint))
    keyARN = try await Self.createKey(on: aws)
  }

  private static func createKey(on aws: StandInAWS) async throws -> String {
    let key = try await aws.kms(
      Localstack.account, "CreateKey", ["KeyUsage": "ENCRYPT_DECRYPT", "KeySpec": "SYMMETRIC_DEFAULT"])
    return try #require(key["KeyMetadata"]?["Arn"]?.string)
  }

  private func candidate(_ reference: String) throws -> KMSCandidate {
    try KMSCandidate.parse([
      "provider": "aws", "kms_key_ref": .string(reference),
      "config": [
        "region": .string(StandInAWS.region),
        "role_arn": .string("arn:aws:iam::\(Localstack.account):role/TenantKMS"), "external_id": "ext-42",
      ],
    ])
  }

  private var clouds: Clouds {
    let platform = AWSCredentials(
      accessKeyID: StandInAWS.platformAccount, secretAccessKey: SecretBytes(copying: "test".utf8))
    return Clouds([
      AWSPlatform(transport: aws.client, credentials: FixedCredentials(platform), endpoint: aws.endpoint)
    ])
  }

  private func key(_ reference: String) throws -> any KeyEncryptionKey { try clouds.key(candidate(reference)) }

  private func reason(_ body: () async throws -> Void) async throws -> KMSFailure.Reason? {
    do {
      try await body()
      return nil
    } catch let error as KMSFailure { return error.reason }
  }

  @Test func `what was tampered with, and another context, do not unwrap`() async throws {
    let wrapped = try await key(keyARN).wrap(secret, context: context)
    #expect(wrapped.keyReference == keyARN)
    #expect(try await key(keyARN).unwrap(wrapped, context: context) == secret)
    // It begins with the key's name.
    for index in [wrapped.ciphertext.count / 2, wrapped.ciphertext.count - 1] {
      var tampered = wrapped
      tampered.ciphertext[index] ^= 1
      let found = try await reason { _ = try await key(keyARN).unwrap(tampered, context: context) }
      #expect(found == .integrity, "byte \(index)")
    }
    let others = [
      EncryptionContext(tenantID: UUID(), keyVersion: 1),
      EncryptionContext(tenantID: context.tenantID, keyVersion: 2),
    ]
    for other in others {
      #expect(try await reason { _ = try await key(keyARN).unwrap(wrapped, context: other) } == .integrity)
    }
  }

  @Test func `another key's ciphertext is told as such`() async throws {
    var wrapped = try await key(keyARN).wrap(secret, context: context)
    wrapped.keyReference = try await Self.createKey(on: aws)
    let found = try await reason { _ = try await key(wrapped.keyReference).unwrap(wrapped, context: context) }
    #expect(found == .keyChanged)
  }

  @Test func `behind an alias the key that answered is recorded, and unwraps when that has moved on`() async throws {
    let name = "alias/tenant-\(UUID().uuidString.lowercased())"
    let alias = "arn:aws:kms:\(StandInAWS.region):\(Localstack.account):\(name)"
    try await aws.kms(
      Localstack.account, "CreateAlias", ["AliasName": .string(name), "TargetKeyId": .string(keyARN)])
    var policy = VerificationPolicy()
    policy.patience = .zero
    policy.unenforcedExternalID = .warn
    let report = try await KeyVerifier(clouds: clouds, policy: policy).verify(
      candidate(alias), tenantID: context.tenantID, keyVersion: 1, deadline: Date() + 30)
    #expect(report.keyReference == keyARN)
    #expect(report.warnings.contains { $0.contains("kms_key_ref is an alias") })

    let wrapped = try await key(alias).wrap(secret, context: context)
    #expect(wrapped.keyReference == keyARN)
    let other = try await Self.createKey(on: aws)
    let otherID = try #require(other.split(separator: "/").last)
    try await aws.kms(
      Localstack.account, "UpdateAlias", ["AliasName": .string(name), "TargetKeyId": .string(String(otherID))])
    #expect(try await key(alias).wrap(secret, context: context).keyReference == other)
    #expect(try await key(alias).unwrap(wrapped, context: context) == secret)
  }

  @Test func `a key that is disabled, about to be deleted or absent says so`() async throws {
    let wrapped = try await key(keyARN).wrap(secret, context: context)
    func found(_ reference: String) async throws -> [KMSFailure.Reason?] {
      [
        try await reason { _ = try await key(reference).wrap(secret, context: context) },
        try await reason { _ = try await key(reference).unwrap(wrapped, context: context) },
      ]
    }
    try await aws.kms(Localstack.account, "DisableKey", ["KeyId": .string(keyARN)])
    #expect(try await found(keyARN) == [.keyDisabled, .keyDisabled])
    try await aws.kms(Localstack.account, "EnableKey", ["KeyId": .string(keyARN)])
    #expect(try await found(keyARN) == [nil, nil])
    try await aws.kms(
      Localstack.account, "ScheduleKeyDeletion", ["KeyId": .string(keyARN), "PendingWindowInDays": 7])
    #expect(try await found(keyARN) == [.keyPendingDeletion, .keyPendingDeletion])

    let absent = String(keyARN.dropLast(12)) + "000000000000"
    #expect(try await reason { _ = try await key(absent).wrap(secret, context: context) } == .keyNotFound)
  }
}

private enum Localstack {
  /// The one that its roles' credentials belong to, whatever account the role is of.
  static let account = "000000000000"
  static let endpoint = ProcessInfo.processInfo.environment["TENANT_KMS_TEST_LOCALSTACK_ENDPOINT"]
}
