import Cryptography
import Foundation
import HTTPClient
import JSON
import Locking
import SigV4
import Testing

@testable import CloudKMS

/// Keys of the platform's own, used by the platform's own identity.
@Suite struct OperatorKeyTests {
  private func header(_ name: String, of request: HTTPRequest) -> String? {
    request.headers.first { $0.name.lowercased() == name }?.value
  }

  private func key(_ name: String, _ platform: any CloudPlatform) throws -> any KeyEncryptionKey {
    let reference = try #require(OperatorKeyReference(name))
    return try Clouds([platform]).key(reference)
  }

  @Test func `in AWS the platform's own credentials sign in the key's region, and no role is assumed`() async throws {
    let aws = ScriptedAWS()
    let key = try key(Sample.keyARN, Sample.platform(aws))
    let wrapped = try await key.wrap(Sample.key, context: Sample.context)
    #expect(wrapped.keyReference == Sample.keyARN)
    #expect(try await key.unwrap(wrapped, context: Sample.context) == Sample.key)
    #expect(aws.actions == [.encrypt, .decrypt])
    for request in aws.requests {
      #expect(request.url == "https://kms.us-east-1.amazonaws.com/")
      #expect(
        header("authorization", of: request)?.contains(
          "Credential=AKIDEXAMPLE/20261124/us-east-1/kms/aws4_request, ") == true)
      #expect(header("x-amz-security-token", of: request) == nil)
    }
    let bodies = try aws.requests.map { try JSONValue(parsing: $0.body) }
    let context: JSONValue = [
      "tenant_id": "00000000-0000-4000-8000-000000000001", "key_version": "1", "purpose": "tenant-master-key",
    ]
    for body in bodies {
      #expect(body["KeyId"]?.string == Sample.keyARN)
      #expect(body["EncryptionContext"] == context)
    }
  }

  @Test(arguments: [
    ("arn:aws-cn:kms:cn-north-1:123456789012:key/abcd", "https://kms.cn-north-1.amazonaws.com.cn/"),
    ("arn:aws:kms:eu-central-1:123456789012:key/mrk-1234", "https://kms.eu-central-1.amazonaws.com/"),
  ])
  func `where an AWS key is, its ARN says`(_ arn: String, url: String) async throws {
    let aws = ScriptedAWS()
    let key = try key(arn, Sample.platform(aws))
    // This cloud answers for its usual key, which this one must not be taken for.
    let found = await failure { () throws(KMSFailure) in _ = try await key.wrap(Sample.key, context: Sample.context) }
    #expect(found?.reason == .unreachable)
    #expect(aws.requests.map(\.url) == [url])
  }

  @Test func `credentials that have expired are replaced once`() async throws {
    let refusals = Guarded(1)
    let aws = ScriptedAWS { action throws(HTTPClientError) in
      let refuses = refusals.withLock { left in
        defer { left -= 1 }
        return left > 0
      }
      return refuses ? .kmsError("ExpiredTokenException") : nil
    }
    let credentials = CountedCredentials()
    let key = try key(Sample.keyARN, AWSPlatform(transport: aws, credentials: credentials))
    _ = try await key.wrap(Sample.key, context: Sample.context)
    #expect(aws.actions == [.encrypt, .encrypt])
    #expect(credentials.asked == [false, true])
    refusals.withLock { $0 = .max }
    let found = await failure { () throws(KMSFailure) in _ = try await key.wrap(Sample.key, context: Sample.context) }
    #expect(found?.reason == .expiredToken)
    #expect(credentials.asked == [false, true, false, true])
  }

  @Test func `in Google Cloud the platform's own token serves, is kept, and nobody is impersonated`() async throws {
    let gcp = ScriptedGCP()
    let key = try key(Sample.gcpKey, Sample.gcpPlatform(gcp))
    let wrapped = try await key.wrap(Sample.key, context: Sample.context)
    #expect(wrapped.keyReference == ScriptedGCP.version)
    #expect(try await key.unwrap(wrapped, context: Sample.context) == Sample.key)
    #expect(gcp.actions == [.metadata, .encrypt, .decrypt])
    let tokens = gcp.requests.dropFirst().map { header("authorization", of: $0) }
    #expect(tokens == ["Bearer platform-token", "Bearer platform-token"])
    #expect(
      gcp.requests.dropFirst().map(\.url) == [
        "https://cloudkms.googleapis.com/v1/\(Sample.gcpKey):encrypt",
        "https://cloudkms.googleapis.com/v1/\(Sample.gcpKey):decrypt",
      ])
  }

  @Test func `a token that Cloud KMS refuses is replaced once`() async throws {
    let refusals = Guarded([HTTPResponse.gcpError(401, "UNAUTHENTICATED")])
    let gcp = ScriptedGCP { action throws(HTTPClientError) in
      action == .encrypt ? refusals.withLock { $0.popLast() } : nil
    }
    _ = try await key(Sample.gcpKey, Sample.gcpPlatform(gcp)).wrap(Sample.key, context: Sample.context)
    #expect(gcp.actions == [.metadata, .encrypt, .metadata, .encrypt])
    let stubborn = ScriptedGCP { $0 == .encrypt ? .gcpError(401, "UNAUTHENTICATED") : nil }
    let refused = try key(Sample.gcpKey, Sample.gcpPlatform(stubborn))
    let found = await failure { () throws(KMSFailure) in _ = try await refused.wrap(Sample.key, context: Sample.context)
    }
    #expect(found?.reason == .platformCredentials)
    #expect(stubborn.actions == [.metadata, .encrypt, .metadata, .encrypt])
  }

  @Test func `in Azure the machine's identity signs in by itself, and is kept`() async throws {
    let azure = ScriptedAzure()
    let key = try key(Sample.azureKey, Sample.azurePlatform(azure))
    let wrapped = try await key.wrap(Sample.key, context: Sample.context)
    #expect(wrapped.keyReference == ScriptedAzure.version)
    #expect(try await key.unwrap(wrapped, context: Sample.context) == Sample.key)
    #expect(azure.actions == [.challenge, .metadata, .get, .wrap, .challenge, .unwrap])
    let signed = azure.requests.compactMap { header("authorization", of: $0) }
    #expect(signed == Array(repeating: "Bearer machine-token", count: 3))
  }

  @Test func `or the application that a federated token stands for, in the vault's directory`() async throws {
    let path = NSTemporaryDirectory() + "federated-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try Data("ey.J.1".utf8).write(to: URL(filePath: path))
    let azure = ScriptedAzure()
    let platform = Sample.azurePlatform(azure, federatedTokenFile: path, clientID: Sample.application)
    _ = try await key(Sample.azureKey, platform).wrap(Sample.key, context: Sample.context)
    #expect(azure.actions == [.challenge, .signIn, .get, .wrap])
    let form = ScriptedAWS.form(azure.requests[1])
    #expect(azure.requests[1].url.contains("/\(Sample.directory)/"))
    #expect(form["client_id"] == Sample.application)
    #expect(form["client_assertion"] == "ey.J.1")
  }

  @Test(arguments: CloudFixture.all)
  func `another tenant, version or purpose does not unwrap`(_ cloud: CloudFixture) async throws {
    let key = try cloud.operatorKey()
    let wrapped = try await key.wrap(Sample.key, context: Sample.context)
    #expect(wrapped.keyReference == cloud.wrappingKey)
    for context in [
      EncryptionContext(tenantID: UUID(), keyVersion: 1), EncryptionContext(tenantID: Sample.tenantID, keyVersion: 2),
      EncryptionContext(tenantID: Sample.tenantID, keyVersion: 1, purpose: .verification),
    ] {
      let found = await failure { () throws(KMSFailure) in _ = try await key.unwrap(wrapped, context: context) }
      #expect(found?.reason == .integrity)
    }
    #expect(try await key.unwrap(wrapped, context: Sample.context) == Sample.key)
  }

  @Test(arguments: CloudFixture.all)
  func `what a customer's key wraps, a key of ours of the same name unwraps: the binding is one`(
    _ cloud: CloudFixture
  ) async throws {
    let wrapped = try await cloud.key().wrap(Sample.key, context: Sample.context)
    #expect(try await cloud.operatorKey().unwrap(wrapped, context: Sample.context) == Sample.key)
  }

  @Test(arguments: CloudFixture.all)
  func `what is wrong with it is told as of any key`(_ cloud: CloudFixture) async throws {
    let wrapped = try await cloud.operatorKey().wrap(Sample.key, context: Sample.context)
    for fault in cloud.killSwitches + cloud.troubles where fault.stage == .decrypt {
      let key = try cloud.operatorKey(fault)
      let found = await failure { () throws(KMSFailure) in _ = try await key.unwrap(wrapped, context: Sample.context) }
      #expect(found?.reason == fault.reason, "\(fault.testDescription)")
      #expect(found?.stage == fault.stage, "\(fault.testDescription)")
    }
  }

  @Test(arguments: CloudFixture.all)
  func `without an identity of ours the hint says where it was looked for`(_ cloud: CloudFixture) async throws {
    let key = try cloud.strangers().key(cloud.operatorReference())
    let found = await failure { () throws(KMSFailure) in _ = try await key.wrap(Sample.key, context: Sample.context) }
    #expect(found?.reason == .noCredentials)
    #expect(found?.hint.contains("Tried, in order: ") == true)
  }

  @Test(arguments: CloudFixture.all)
  func `no request outlives the deadline`(_ cloud: CloudFixture) async throws {
    let clouds = cloud.clouds(nil)
    let reference = try cloud.operatorReference()
    // Who we are there is known by then.
    _ = try await clouds.key(reference).wrap(Sample.key, context: Sample.context)
    let key = try clouds.key(reference, deadline: Sample.now)
    let found = await failure { () throws(KMSFailure) in _ = try await key.wrap(Sample.key, context: Sample.context) }
    #expect(found?.reason == .unreachable)
  }

  @Test func `a cloud that nobody stands towards has no key`() async throws {
    for cloud in CloudFixture.all {
      let reference = try cloud.operatorReference()
      let found = await failure { () throws(KMSFailure) in _ = try Clouds([]).key(reference) }
      #expect(found?.reason == .invalidRequest)
    }
  }
}

/// Credentials that count how they were asked for.
private final class CountedCredentials: AWSCredentialProvider {
  private let log = Guarded<[Bool]>([])

  var asked: [Bool] { log.withLock { $0 } }

  func credentials(refreshing: Bool) async throws(KMSFailure) -> AWSCredentials {
    log.withLock { $0.append(refreshing) }
    return Sample.credentials
  }
}

extension CloudFixture {
  /// The same key as the platform's own.
  func operatorReference() throws -> OperatorKeyReference {
    let name = try #require(body["kms_key_ref"]?.string)
    return try #require(OperatorKeyReference(name))
  }

  func operatorKey(_ fault: Fault? = nil) throws -> any KeyEncryptionKey {
    try clouds(fault).key(operatorReference())
  }
}
