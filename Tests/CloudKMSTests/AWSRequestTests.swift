import CloudKMS
import Cryptography
import Foundation
import HTTPClient
import JSON
import SigV4
import Locking
import Testing

/// What is sent, compared with what botocore 1.43 sends for the same calls.
@Suite struct AWSRequestTests {
  private func header(_ name: String, of request: HTTPRequest) -> String? {
    request.headers.first { $0.name.lowercased() == name }?.value
  }

  @Test func assumeRoleIsSentAndSignedAsBotocoreDoes() async throws {
    let aws = ScriptedAWS { _ in .stsError("AccessDenied") }
    let body = Sample.body(config: ["external_id": "a+b=c,d.e@f:g/h-i"])
    let kek = CustomerKey(configuration: try Sample.configuration(body), platform: Sample.platform(aws))
    _ = await failure { () throws(KMSFailure) in _ = try await kek.wrap(Sample.key, context: Sample.context) }
    let request = try #require(aws.requests.first)
    #expect(request.method == "POST")
    #expect(request.url == "https://sts.us-east-1.amazonaws.com/")
    #expect(
      String(decoding: request.body, as: UTF8.self)
        == "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A111122223333%3Arole%2FKnoxCallKMSAccess"
        + "&RoleSessionName=tenant-kms-00000000-0000-4000-8000-000000000001"
        + "&ExternalId=a%2Bb%3Dc%2Cd.e%40f%3Ag%2Fh-i&DurationSeconds=900")
    #expect(header("content-type", of: request) == "application/x-www-form-urlencoded; charset=utf-8")
    #expect(header("x-amz-date", of: request) == "20261124T040014Z")
    #expect(
      header("authorization", of: request)
        == "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261124/us-east-1/sts/aws4_request, "
        + "SignedHeaders=content-type;host;x-amz-date, "
        + "Signature=2c9749a10e957b895ff7edf590a07e31d5cedabad7051493b0fbe4790c706d86")
  }

  @Test func encryptCarriesKeyPlaintextAndContext() async throws {
    let aws = ScriptedAWS()
    let wrapped = try await Sample.kek(aws).wrap(Sample.key, context: Sample.context)
    #expect(wrapped.keyReference == Sample.keyARN)
    let request = try #require(aws.requests.last)
    #expect(request.url == "https://kms.us-east-1.amazonaws.com/")
    #expect(header("x-amz-target", of: request) == "TrentService.Encrypt")
    #expect(header("content-type", of: request) == "application/x-amz-json-1.1")
    #expect(header("x-amz-security-token", of: request) == "role-session-token==")
    #expect(
      header("authorization", of: request)?.contains(
        "Credential=ASIAROLEROLEROLEROLE/20261124/us-east-1/kms/aws4_request, "
          + "SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;x-amz-target, ") == true)
    #expect(
      try JSONValue(parsing: request.body) == [
        "KeyId": .string(Sample.keyARN), "Plaintext": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
        "EncryptionContext": [
          "tenant_id": "00000000-0000-4000-8000-000000000001", "key_version": "1", "purpose": "tenant-master-key",
        ],
      ])
  }

  @Test func decryptNamesTheKeyThatAnswered() async throws {
    let aws = ScriptedAWS()
    let kek = try Sample.kek(aws, keyReference: "arn:aws:kms:us-east-1:111122223333:alias/wrapping")
    let wrapped = try await kek.wrap(Sample.key, context: Sample.context)
    #expect(try await kek.unwrap(wrapped, context: Sample.context) == Sample.key)
    let bodies = try [1, 3].map { try JSONValue(parsing: aws.requests[$0].body) }
    #expect(bodies[0]["KeyId"]?.string == "arn:aws:kms:us-east-1:111122223333:alias/wrapping")
    #expect(bodies[1]["KeyId"]?.string == Sample.keyARN)
    #expect(bodies[1]["CiphertextBlob"]?.string == Data(wrapped.ciphertext).base64EncodedString())
  }

  @Test func everyUseAssumesTheRoleAnew() async throws {
    let aws = ScriptedAWS()
    let kek = try Sample.kek(aws)
    let wrapped = try await kek.wrap(Sample.key, context: Sample.context)
    for _ in 0..<2 { _ = try await kek.unwrap(wrapped, context: Sample.context) }
    let assume = ScriptedAWS.Action.assumeRole(externalID: Sample.externalID)
    #expect(aws.actions == [assume, .encrypt, assume, .decrypt, assume, .decrypt])
  }

  @Test func anotherContextDoesNotUnwrap() async throws {
    let kek = try Sample.kek(ScriptedAWS())
    let wrapped = try await kek.wrap(Sample.key, context: Sample.context)
    let contexts = [
      EncryptionContext(tenantID: UUID(), keyVersion: 1), EncryptionContext(tenantID: Sample.tenantID, keyVersion: 2),
      EncryptionContext(tenantID: Sample.tenantID, keyVersion: 1, purpose: .verification),
    ]
    for context in contexts {
      let found = await failure { () throws(KMSFailure) in _ = try await kek.unwrap(wrapped, context: context) }
      #expect(found?.reason == .integrity)
      #expect(found?.seal == .now)
    }
  }

  @Test func aNewKeyIsWrappedAndUnwrappedOnce() async throws {
    let aws = ScriptedAWS()
    let random = RandomSource { $0.copyBytes(from: 0..<UInt8($0.count)) }
    let kek = try Sample.kek(aws)
    let wrapped = try await kek.wrapNewKey(context: Sample.context, random: random)
    #expect(aws.actions.suffix(1) == [.decrypt])
    #expect(try await kek.unwrap(wrapped, context: Sample.context) == Sample.key)
  }

  @Test func aNewKeyThatComesBackChangedIsNotGivenAway() async throws {
    let other: JSONValue = ["KeyId": .string(Sample.keyARN), "Plaintext": "AAAA"]
    let kek = try Sample.kek(ScriptedAWS { $0 == .decrypt ? .json(200, other) : nil })
    let found = await failure { () throws(KMSFailure) in _ = try await kek.wrapNewKey(context: Sample.context) }
    #expect(found?.reason == .integrity)
  }

  @Test(arguments: [
    ("aws", "eu-central-1", "eu-central-1.amazonaws.com"), ("aws-cn", "cn-north-1", "cn-north-1.amazonaws.com.cn"),
    ("aws-us-gov", "us-gov-west-1", "us-gov-west-1.amazonaws.com"),
    ("aws-eusc", "eusc-de-east-1", "eusc-de-east-1.amazonaws.eu"),
    ("aws-iso", "us-iso-east-1", "us-iso-east-1.c2s.ic.gov"),
    ("aws-iso-b", "us-isob-east-1", "us-isob-east-1.sc2s.sgov.gov"),
    ("aws-iso-e", "eu-isoe-west-1", "eu-isoe-west-1.cloud.adc-e.uk"),
    ("aws-iso-f", "us-isof-south-1", "us-isof-south-1.csp.hci.ic.gov"),
  ])
  func endpointsAreRegionalInEveryPartition(_ partition: String, _ region: String, _ host: String) async throws {
    let key = "arn:\(partition):kms:\(region):111122223333:key/abcd"
    let body = Sample.body(
      keyReference: .string(key),
      config: ["region": .string(region), "role_arn": .string("arn:\(partition):iam::111122223333:role/r")])
    let aws = ScriptedAWS {
      $0 == .encrypt ? .json(200, ["KeyId": .string(key), "CiphertextBlob": "AAAA"]) : nil
    }
    let kek = CustomerKey(configuration: try Sample.configuration(body), platform: Sample.platform(aws))
    _ = try await kek.wrap(Sample.key, context: Sample.context)
    #expect(aws.requests.map(\.url) == ["https://sts.\(host)/", "https://kms.\(host)/"])
  }

  @Test(arguments: ["http://127.0.0.1:4567", "http://127.0.0.1:4567/"])
  func anEndpointMayBeGiven(_ endpoint: String) async throws {
    let aws = ScriptedAWS()
    let platform = Sample.platform(aws, endpoint: endpoint)
    let kek = CustomerKey(configuration: try Sample.configuration(), platform: platform)
    _ = try await kek.wrap(Sample.key, context: Sample.context)
    #expect(Set(aws.requests.map(\.url)) == ["http://127.0.0.1:4567/"])
    #expect(aws.requests.allSatisfy { header("host", of: $0) == "127.0.0.1:4567" })
  }

  @Test func expiredCredentialsAreRefreshedOnce() async throws {
    final class Provider: AWSCredentialProvider {
      let asked = Guarded<[Bool]>([])
      func credentials(refreshing: Bool) async throws(KMSFailure) -> AWSCredentials {
        asked.withLock { $0.append(refreshing) }
        return Sample.credentials
      }
    }
    let provider = Provider()
    let answers = Guarded(["ExpiredToken"])
    let aws = ScriptedAWS { _ in answers.withLock { $0.popLast() }.map { .stsError($0) } }
    let platform = AWSPlatform(transport: aws, credentials: provider)
    let kek = CustomerKey(configuration: try Sample.configuration(), platform: platform)
    _ = try await kek.wrap(Sample.key, context: Sample.context)
    #expect(provider.asked.withLock { $0 } == [false, true])
  }

  @Test func withoutCredentialsNobodyIsAsked() async throws {
    let aws = ScriptedAWS()
    let platform = AWSPlatform(transport: aws, credentials: EnvironmentCredentials { _ in nil })
    let kek = CustomerKey(configuration: try Sample.configuration(), platform: platform)
    let found = await failure { () throws(KMSFailure) in _ = try await kek.wrap(Sample.key, context: Sample.context) }
    #expect(found?.reason == .noCredentials)
    #expect(found?.isPermanent == true)
    #expect(found?.seal == .untilTTL)
    #expect(found?.hint.contains("the environment") == true)
    #expect(found?.operatorDetail?.contains("AWS_ACCESS_KEY_ID") == true)
    #expect(aws.requests.isEmpty)
  }

  @Test func credentialsThatCannotSignAreOurs() async throws {
    let bad = AWSCredentials(accessKeyID: "a b", secretAccessKey: SecretBytes(copying: [1]))
    let platform = AWSPlatform(transport: ScriptedAWS(), credentials: FixedCredentials(bad))
    let kek = CustomerKey(configuration: try Sample.configuration(), platform: platform)
    let found = await failure { () throws(KMSFailure) in _ = try await kek.wrap(Sample.key, context: Sample.context) }
    #expect(found?.reason == .platformCredentials)
    #expect(found?.seal == .untilTTL)
  }

  @Test func theEnvironmentsCredentials() async throws {
    let variables = ["AWS_ACCESS_KEY_ID": "AKIA", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_SESSION_TOKEN": ""]
    let credentials = try await EnvironmentCredentials { variables[$0] }.credentials(refreshing: false)
    #expect(credentials.accessKeyID == "AKIA")
    #expect(credentials.secretAccessKey == SecretBytes(copying: "secret".utf8))
    #expect(credentials.sessionToken == nil)
  }
}
