import CloudKMS
import Cryptography
import Foundation
import JSON
import Testing

/// What every provider's keys owe the tenants and us, whatever the cloud.
@Suite struct ProviderConformanceTests {
  @Test(arguments: CloudFixture.all)
  func `a key comes back as it was wrapped`(_ cloud: CloudFixture) async throws {
    let wrapped = try await cloud.key().wrap(Sample.key, context: Sample.context)
    #expect(wrapped.keyReference == cloud.wrappingKey)
    #expect(try await cloud.key().unwrap(wrapped, context: Sample.context) == Sample.key)
  }

  @Test(arguments: CloudFixture.all)
  func `another tenant, version or purpose does not unwrap`(_ cloud: CloudFixture) async throws {
    let key = try cloud.key()
    let wrapped = try await key.wrap(Sample.key, context: Sample.context)
    let contexts = [
      EncryptionContext(tenantID: UUID(), keyVersion: 1), EncryptionContext(tenantID: Sample.tenantID, keyVersion: 2),
      EncryptionContext(tenantID: Sample.tenantID, keyVersion: 1, purpose: .verification),
    ]
    for context in contexts {
      let found = await failure { () throws(KMSFailure) in _ = try await key.unwrap(wrapped, context: context) }
      #expect(found?.reason == .integrity)
      #expect(found?.seal == .now)
    }
  }

  @Test(arguments: CloudFixture.all)
  func `what was tampered with does not unwrap`(_ cloud: CloudFixture) async throws {
    let key = try cloud.key()
    var wrapped = try await key.wrap(Sample.key, context: Sample.context)
    wrapped.ciphertext[0] ^= 1
    let found = await failure { () throws(KMSFailure) in _ = try await key.unwrap(wrapped, context: Sample.context) }
    #expect(found?.reason == .integrity)
    #expect(found?.isPermanent == true)
  }

  @Test(arguments: CloudFixture.all)
  func `each kill switch seals at once`(_ cloud: CloudFixture) async throws {
    let wrapped = try await cloud.key().wrap(Sample.key, context: Sample.context)
    for fault in cloud.killSwitches {
      let key = try cloud.key(fault)
      let found = await failure { () throws(KMSFailure) in _ = try await key.unwrap(wrapped, context: Sample.context) }
      #expect(found?.reason == fault.reason, "\(fault.testDescription)")
      #expect(found?.seal == .now, "\(fault.testDescription)")
      #expect(found?.isPermanent == true, "\(fault.testDescription)")
      #expect(found?.stage == fault.stage, "\(fault.testDescription)")
      #expect(found?.hint.isEmpty == false, "\(fault.testDescription)")
    }
  }

  @Test(arguments: CloudFixture.all)
  func `no trouble that may pass seals`(_ cloud: CloudFixture) async throws {
    let wrapped = try await cloud.key().wrap(Sample.key, context: Sample.context)
    for fault in cloud.troubles {
      let key = try cloud.key(fault)
      let found = await failure { () throws(KMSFailure) in _ = try await key.unwrap(wrapped, context: Sample.context) }
      #expect(found?.reason == fault.reason, "\(fault.testDescription)")
      #expect(found?.seal == .untilTTL, "\(fault.testDescription)")
      #expect(found?.isRetriable == true, "\(fault.testDescription)")
      #expect(found?.stage == fault.stage, "\(fault.testDescription)")
    }
  }

  @Test(arguments: CloudFixture.all)
  func `without an identity of ours nobody seals, and the hint says where it was looked for`(
    _ cloud: CloudFixture
  ) async throws {
    let key = try cloud.strangers().key(KMSCandidate.parse(cloud.body))
    let found = await failure { () throws(KMSFailure) in _ = try await key.wrap(Sample.key, context: Sample.context) }
    #expect(found?.reason == .noCredentials)
    #expect(found?.seal == .untilTTL)
    let hint = try #require(found?.hint)
    #expect(hint.contains("Tried, in order: "))
    // Which files and addresses is for the operator alone.
    #expect(hint.firstMatch(of: /[\/\\]|[0-9]+\.[0-9]+|AWS_|GOOGLE_|GCE_|AZURE_/) == nil, "\(hint)")
    #expect(found?.operatorDetail?.contains("Tried, in order: ") == true)
  }

  @Test(arguments: CloudFixture.all)
  func `a verification passes its stages in order`(_ cloud: CloudFixture) async throws {
    let report = try await KeyVerifier(clouds: cloud.clouds(nil)).verify(
      KMSCandidate.parse(cloud.body), tenantID: Sample.tenantID, keyVersion: 1, deadline: Date() + 60)
    #expect(report.checks.map(\.stage) == cloud.stages)
    #expect(report.checks.allSatisfy { $0.ok && !$0.detail.isEmpty })
    #expect(report.keyReference == cloud.wrappingKey)
  }

  @Test(arguments: CloudFixture.all)
  func `a candidate is read back from where it was stored`(_ cloud: CloudFixture) throws {
    let candidate = try KMSCandidate.parse(cloud.body)
    #expect(candidate.json == cloud.body)
    #expect(try KMSCandidate.parse(candidate.json) == candidate)
    let stored = try KMSCandidate.stored(
      "customer_kms_\(cloud.provider.rawValue)", keyReference: candidate.keyReference,
      configuration: candidate.configurationJSON)
    #expect(stored == candidate)
    #expect(Set([stored, candidate]).count == 1)
  }

  @Test(arguments: CloudFixture.all)
  func `a damaged configuration does not seal`(_ cloud: CloudFixture) async throws {
    let found = await failure { () throws(KMSFailure) in
      _ = try KMSCandidate.stored(cloud.provider.storedName, keyReference: "damaged", configuration: [:])
    }
    #expect(found?.reason == .invalidRequest)
    #expect(found?.seal == .reject)
  }

  @Test func `a key of a cloud that nobody stands towards does not seal`() async throws {
    for cloud in CloudFixture.all {
      let candidate = try KMSCandidate.parse(cloud.body)
      let found = await failure { () throws(KMSFailure) in _ = try Clouds([]).key(candidate) }
      #expect(found?.reason == .invalidRequest)
      #expect(found?.seal == .reject)
    }
  }
}
