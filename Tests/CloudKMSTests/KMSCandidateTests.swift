import CloudKMS
import JSON
import Testing

@Suite struct KMSCandidateTests {
  private func fields(_ json: JSONValue) -> [String: [String]]? {
    do {
      _ = try KMSCandidate.parse(json)
      return nil
    } catch {
      guard case .invalid(let fields) = error else { return nil }
      return fields
    }
  }

  @Test func thePagesExampleIsAccepted() throws {
    let candidate = try KMSCandidate.parse(Sample.body())
    #expect(candidate.provider == .aws)
    #expect(candidate.provider.storedName == "customer_kms_aws")
    #expect(candidate.keyReference == Sample.keyARN)
    #expect(try Sample.configuration().roleARN.description == Sample.roleARN)
    #expect(candidate.externalID == Sample.externalID)
    #expect(candidate.warnings.isEmpty)
  }

  @Test func itsJSONParsesToItself() throws {
    let candidate = try Sample.candidate()
    #expect(candidate.json == Sample.body())
    #expect(try KMSCandidate.parse(candidate.json) == candidate)
    let stored = try KMSCandidate.stored(
      "customer_kms_aws", keyReference: candidate.keyReference, configuration: candidate.configurationJSON)
    #expect(stored == candidate)
  }

  @Test func aDamagedStoredConfigurationDoesNotSeal() async throws {
    let candidate = try Sample.candidate()
    for (provider, configuration) in [
      ("customer_kms_aws", candidate.publicJSON), ("customer_kms_gcp", candidate.configurationJSON),
      ("aws", candidate.configurationJSON),
    ] {
      let found = await failure { () throws(KMSFailure) in
        _ = try KMSCandidate.stored(provider, keyReference: candidate.keyReference, configuration: configuration)
      }
      #expect(found?.reason == .invalidRequest)
      #expect(found?.seal == .reject)
    }
  }

  @Test func theExternalIDIsShownToNobody() throws {
    let candidate = try Sample.candidate()
    var dumped = ""
    dump(candidate, to: &dumped)
    let described = ["\(candidate)", "\([candidate])", "\(candidate.configuration)"]
    let texts = described + [candidate.publicJSON.canonicalText, dumped]
    for text in texts { #expect(!text.contains(Sample.externalID)) }
    #expect(candidate.publicJSON == ["region": "us-east-1", "role_arn": .string(Sample.roleARN)])
  }

  @Test(arguments: [
    "arn:aws:kms:us-east-1:111122223333:alias/knoxcall-tenant-wrapping",
    "arn:aws:kms:us-east-1:111122223333:key/mrk-1234abcd12ab34cd56ef1234567890ab",
    "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
  ])
  func aKeyOrAnAlias(_ reference: String) throws {
    #expect(try Sample.candidate(keyReference: reference).keyReference == reference)
  }

  @Test func anotherAccountsRoleIsAWarning() throws {
    let role = JSONValue.string("arn:aws:iam::444455556666:role/path/to/r")
    let candidate = try KMSCandidate.parse(Sample.body(config: ["role_arn": role]))
    #expect(candidate.warnings.count == 1)
    #expect(candidate.warnings.first?.contains("444455556666") == true)
  }

  @Test(
    arguments: [
      ("aws_kms", "must be one of aws, gcp, azure"), ("AWS", "must be one of aws, gcp, azure"),
      ("", "must be 1 to 16 characters long"), (7, "must be a string, is a number"), (nil, "is required"),
    ] as [(JSONValue?, String)])
  func aWrongProvider(_ provider: JSONValue?, _ reason: String) {
    #expect(fields(Sample.body(provider: provider)) == ["provider": [reason]])
  }

  @Test(arguments: [
    "", "alias/x", "abcd-1234", "arn:aws:kms:us-east-1:111122223333:key/", "arn:aws:kms:us-east-1:1111:key/abcd",
    "arn:aws:kms::111122223333:key/abcd", "arn:aws:s3:us-east-1:111122223333:key/abcd",
    "arn:aws:kms:us-east-1:111122223333:key/ab cd", "arn:aws:kms:us-east-1:111122223333:key/abcd\n",
    "arn:aws:kms:us-east-1:111122223333:alias/\u{e9}", "arn:aws:kms:us-east-1:111122223333:alias/aws/ebs",
    "arn:aws:kms:mars-north-1:111122223333:key/abcd", "arn:aws-cn:kms:us-east-1:111122223333:key/abcd",
    "arn:moon:kms:us-east-1:111122223333:key/abcd", "arn:aws:kms:us-east-1:\u{0661}11122223333:key/abcd",
    "arn:aws:kms:us-east-1:111122223333:key/" + String(repeating: "a", count: 3000),
  ])
  func aWrongKeyReference(_ reference: String) {
    #expect(fields(Sample.body(keyReference: .string(reference)))?["kms_key_ref"]?.isEmpty == false)
  }

  @Test(arguments: [
    "", "KnoxCallKMSAccess", "arn:aws:iam::111122223333:user/u", "arn:aws:iam:us-east-1:111122223333:role/r",
    "arn:aws:iam:::role/r", "arn:aws:iam::111122223333:role/", "arn:aws:iam::111122223333:role/path/",
    "arn:aws-cn:iam::111122223333:role/r", "arn:aws:sts::111122223333:assumed-role/r/s",
    "arn:aws:iam::111122223333:role/" + String(repeating: "r", count: 65), "arn:aws:iam::111122223333:role/r?x",
  ])
  func aWrongRole(_ role: String) {
    #expect(fields(Sample.body(config: ["role_arn": .string(role)]))?.keys.sorted() == ["config.role_arn"])
  }

  @Test(arguments: [
    "x", "", "with space", "semi;colon", "\u{e9}\u{e9}", "new\nline", String(repeating: "a", count: 1225),
  ])
  func aWrongExternalID(_ externalID: String) {
    #expect(fields(Sample.body(config: ["external_id": .string(externalID)]))?.keys.sorted() == ["config.external_id"])
  }

  @Test(arguments: ["ab", "a_b+c=d,e.f@g:h/i-j", String(repeating: "a", count: 1224)])
  func aRightExternalID(_ externalID: String) throws {
    let candidate = try KMSCandidate.parse(Sample.body(config: ["external_id": .string(externalID)]))
    #expect(candidate.externalID == externalID)
  }

  @Test func theRegionMustBeTheKeys() {
    #expect(
      fields(Sample.body(config: ["region": "eu-west-1"])) == ["config.region": ["must be the region in kms_key_ref"]])
  }

  @Test func everythingWrongIsToldAtOnce() {
    let json: JSONValue = [
      "provider": "aws", "kms_key_ref": 1, "colour": "red",
      "config": ["role_arn": nil, "external_id": "x", "regoin": "us-east-1", "\u{7}": 1],
    ]
    #expect(
      fields(json) == [
        "kms_key_ref": ["must be a string, is a number"], "colour": ["is not known"], "config.region": ["is required"],
        "config.role_arn": ["must be a string, is null"],
        "config.external_id": ["must be 2 to 1224 characters long"], "config.regoin": ["is not known"],
        "config.(unprintable)": ["is not known"],
      ])
  }

  @Test(arguments: [nil, true, 1, "text", [], ["a"]] as [JSONValue])
  func aBodyThatIsNoObject(_ json: JSONValue) {
    #expect(fields(json)?.keys.sorted() == [""])
  }

  @Test(arguments: [nil, true, 1, "text", []] as [JSONValue])
  func aConfigThatIsNoObject(_ config: JSONValue) {
    let json: JSONValue = ["provider": "aws", "kms_key_ref": .string(Sample.keyARN), "config": config]
    #expect(fields(json)?.keys.sorted() == ["config"])
  }
}
