import CloudKMS
import JSON
import Testing

@Suite struct GCPCandidateTests {
  private func fields(_ json: JSONValue) -> [String: [String]]? {
    do {
      _ = try KMSCandidate.parse(json)
      return nil
    } catch {
      guard case .invalid(let fields) = error else { return nil }
      return fields
    }
  }

  @Test func `a key and a service account are accepted`() throws {
    let candidate = try KMSCandidate.parse(Sample.gcpBody(adding: ["project_id": "acme-prod"]))
    #expect(candidate.provider == .gcp)
    #expect(candidate.keyReference == Sample.gcpKey)
    #expect(candidate.externalID == nil)
    #expect(
      candidate.publicJSON == [
        "impersonate_service_account": .string(Sample.serviceAccount), "project_id": "acme-prod",
      ])
    #expect("\(candidate)" == "gcp: \(Sample.gcpKey) through \(Sample.serviceAccount)")
  }

  @Test(arguments: [
    "projects/example.com:acme-prod/locations/global/keyRings/r_1/cryptoKeys/K-2",
    "projects/acme-prod/locations/eur4/keyRings/0/cryptoKeys/0",
  ])
  func `a right key reference`(_ reference: String) throws {
    #expect(try KMSCandidate.parse(Sample.gcpBody(keyReference: .string(reference))).keyReference == reference)
  }

  @Test(arguments: [
    "", "tenant-kms", Sample.gcpKey + "/", Sample.gcpKey + "/cryptoKeyVersions/1", "/" + Sample.gcpKey,
    "https://cloudkms.googleapis.com/v1/" + Sample.gcpKey, Sample.keyARN,
    "projects/acme-prod/locations/europe-west3/keyRings/saas/cryptoKeys/..",
    "projects/acme-prod/locations/europe-west3/keyRings/saas/cryptoKeys/a:encrypt",
    "projects/acme-prod/locations/europe-west3/keyRings/saas/cryptoKeys/a?x=y",
    "projects/acme-prod/locations/europe-west3/keyRings/saas/cryptoKeys/\u{e9}",
    "projects/acme-prod/locations/europe-west3/keyRings//cryptoKeys/a",
    "projects/ACME/locations/europe-west3/keyRings/saas/cryptoKeys/a",
    "projects/acme-prod/locations/europe-west3/keyRings/saas/cryptoKeys/" + String(repeating: "a", count: 64),
    "projects/acme-prod/locations/europe-west3/keyRings/saas/cryptoKeys/" + String(repeating: "a", count: 3000),
  ])
  func `a wrong key reference`(_ reference: String) {
    #expect(fields(Sample.gcpBody(keyReference: .string(reference)))?.keys.sorted() == ["kms_key_ref"])
  }

  @Test(arguments: [
    Sample.serviceAccount, "123456789012-compute@developer.gserviceaccount.com",
    "keys@acme-prod.example.com.iam.gserviceaccount.com",
  ])
  func `a right service account`(_ account: String) throws {
    _ = try KMSCandidate.parse(Sample.gcpBody(serviceAccount: .string(account)))
  }

  @Test(arguments: [
    "", "tenant-kms", "user@example.com", "@acme-prod.iam.gserviceaccount.com", "a@b@c.iam.gserviceaccount.com",
    "a/../b@acme-prod.iam.gserviceaccount.com", "a:generateIdToken@acme-prod.iam.gserviceaccount.com",
    "a@evil.example/x.gserviceaccount.com", "a@.gserviceaccount.com", "a@x..gserviceaccount.com",
    "A@acme-prod.iam.gserviceaccount.com", "a@acme-prod.iam.gserviceaccount.com\n",
    String(repeating: "a", count: 300) + "@acme-prod.iam.gserviceaccount.com",
  ])
  func `a wrong service account`(_ account: String) {
    let found = fields(Sample.gcpBody(serviceAccount: .string(account)))
    #expect(found?.keys.sorted() == ["config.impersonate_service_account"])
  }

  @Test func `everything wrong is told at once`() {
    let json = Sample.gcpBody(
      keyReference: nil, serviceAccount: nil, adding: ["region": "us-east-1", "project_id": 7])
    #expect(
      fields(json) == [
        "kms_key_ref": ["is required"], "config.impersonate_service_account": ["is required"],
        "config.region": ["is not known"], "config.project_id": ["must be a string, is a number"],
      ])
    #expect(
      fields(Sample.gcpBody(adding: ["project_id": "other"])) == [
        "config.project_id": ["must be the project in kms_key_ref"]
      ])
  }

  @Test func `a key file is refused whatever it is called`() {
    let file: JSONValue = ["type": "service_account", "private_key": "-----BEGIN PRIVATE KEY-----\nMII"]
    for value in [file, .string(file.canonicalText)] {
      let body = Sample.gcpBody(adding: ["sa": value])
      let error = #expect(throws: CandidateRejection.self) { try KMSCandidate.parse(body) }
      guard case .staticCredentials(let path)? = error else {
        Issue.record("\(error as Any)")
        continue
      }
      #expect(path.hasPrefix("config.sa"))
    }
  }
}
