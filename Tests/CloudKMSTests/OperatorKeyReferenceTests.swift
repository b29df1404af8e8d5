import CloudKMS
import Testing

@Suite struct OperatorKeyReferenceTests {
  @Test(
    arguments: [
      (Sample.keyARN, .aws), ("arn:aws-us-gov:kms:us-gov-west-1:123456789012:key/mrk-0123abcd", .aws),
      (Sample.gcpKey, .gcp), ("projects/example.com:saas-1/locations/global/keyRings/r/cryptoKeys/k", .gcp),
      (Sample.azureKey, .azure), ("https://saas.vault.usgovcloudapi.net/keys/tenant-kms", .azure),
    ] as [(String, KMSProvider)])
  func `a key's name says which cloud it is in`(_ name: String, provider: KMSProvider) async throws {
    let reference = try #require(OperatorKeyReference(name))
    #expect(reference.provider == provider)
    #expect(reference.keyReference == name)
    #expect("\(reference)" == name)
    let stored = try OperatorKeyReference.stored("operator_kms_\(provider.rawValue)", keyReference: name)
    #expect(Set([stored, reference]).count == 1)
    for other in ["customer_kms_\(provider.rawValue)", "operator_kms_tomorrow", "global", ""] {
      let found = await failure { () throws(KMSFailure) in
        _ = try OperatorKeyReference.stored(other, keyReference: name)
      }
      #expect(found?.reason == .invalidRequest)
      #expect(found?.seal == .reject)
    }
  }

  @Test(arguments: [
    "", " ", "hunter2", "arn:aws:kms:us-east-1:111122223333:alias/saas",
    "arn:aws:kms:us-east-1:111122223333:alias/aws/s3",
    "arn:aws:kms:cn-north-1:111122223333:key/abcd", "arn:aws-mars:kms:us-east-1:111122223333:key/abcd",
    "arn:aws:iam::111122223333:role/Access", "arn:aws:kms:us-east-1::key/abcd", Sample.keyARN + " ",
    "abcd-1234-5678-efgh", "alias/saas", Sample.gcpKey + "/cryptoKeyVersions/1",
    "projects/acme-prod/locations/europe-west3/keyRings/saas", "//cloudkms.googleapis.com/" + Sample.gcpKey,
    Sample.azureKey + "/0123456789abcdef0123456789abcdef", Sample.azureVault, "https://keys.example.com/keys/saas",
    "http://acme-keys.vault.azure.net/keys/saas",
  ])
  func `neither an alias nor a version nor anything else names a key`(_ text: String) {
    #expect(OperatorKeyReference(text) == nil)
  }

  @Test(arguments: CloudFixture.all)
  func `a tenant who brings the very key is known by its name, whatever its case`(_ cloud: CloudFixture) throws {
    let candidate = try KMSCandidate.parse(cloud.body)
    let others = try CloudFixture.all.map { try $0.operatorReference() }
    #expect(others.map { $0.isBrought(by: candidate) } == CloudFixture.all.map { $0.provider == cloud.provider })
    let odd = try #require(OperatorKeyReference(Sample.azureVault + "/keys/Tenant-KMS"))
    #expect(odd.isBrought(by: candidate) == (cloud.provider == .azure))
    let another = try #require(OperatorKeyReference(Sample.azureKey + "2"))
    #expect(!another.isBrought(by: candidate))
  }

  @Test func `each form that it may have is told`() {
    #expect(
      OperatorKeyReference.grammars == [
        "arn:aws:kms:REGION:ACCOUNT:key/ID", "projects/P/locations/L/keyRings/R/cryptoKeys/K",
        "https://VAULT.vault.azure.net/keys/NAME",
      ])
  }
}
