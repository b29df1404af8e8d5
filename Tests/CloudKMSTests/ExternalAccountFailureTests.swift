import Foundation
import HTTPClient
import JSON
import Testing

@testable import CloudKMS

/// What goes wrong where the platform is somebody elsewhere, whose it is to mend, and what of it is told to whom.
@Suite struct ExternalAccountFailureTests: ExternalAccountSuite {
  @Test(
    arguments: [
      (["universe_domain": "evil.example"], "universe_domain"),
      (["audience": "//iam.googleapis.com/locations/global/workforcePools/p/providers/q"], "audience"),
      (["audience": nil], "audience"), (["audience": .string(ExternalAccountFixture.audience + "/x")], "audience"),
      (["subject_token_type": "jwt"], "subject_token_type"), (["subject_token_type": nil], "subject_token_type"),
      (["credential_source": nil], "credential_source"), (["credential_source": ["file": 7]], "credential_source"),
      (["credential_source": ["file": "/x", "url": "https://x.example"]], "or both"),
      (["credential_source": ["executable": ["command": "/bin/true"]]], "executable"),
      (["credential_source": ["certificate": ["use_default_certificate_config": true]]], "certificate"),
      (["credential_source": ["url": "https://ada:secret@x.example/"]], "user information"),
      (["credential_source": ["url": "http://127.0.0.1:8080@evil.example/identity/"]], "user information"),
      (["credential_source": ["file": "/x", "format": ["type": "xml"]]], "format"),
      (["credential_source": ["file": "/x", "format": ["type": "json"]]], "subject_token_field_name"),
      (["credential_source": ["url": "https://x.example", "headers": ["a": 1]]], "header"),
      (["credential_source": ["url": "https://x.example", "headers": ["a"]]], "headers"),
      (
        ["credential_source": ["environment_id": "aws2"], "subject_token_type": ExternalAccountFixture.awsType], "aws1"
      ),
      (["credential_source": ExternalAccountFixture.awsSource], "aws1"),
      (["subject_token_type": ExternalAccountFixture.awsType], "environment_id"),
      (
        ["credential_source": ["environment_id": "aws1"], "subject_token_type": ExternalAccountFixture.awsType],
        "regional_cred"
      ),
      (
        [
          "subject_token_type": ExternalAccountFixture.awsType,
          "credential_source": [
            "environment_id": "aws1",
            "regional_cred_verification_url":
              "https://sts.{region}.evil.example?Action=GetCallerIdentity&Version=2011-06-15",
          ],
        ], "regional_cred_verification_url"
      ),
      (
        [
          "service_account_impersonation_url": .string(ExternalAccountFixture.impersonation),
          "service_account_impersonation": ["token_lifetime_seconds": 599],
        ], "token_lifetime_seconds"
      ),
    ] as [([String: JSONValue?], String)])
  func `a configuration that can't be used is ours to mend, and the hint says why`(
    _ members: [String: JSONValue?], why: String
  ) async throws {
    let gcp = ScriptedGCP()
    let folder = try Folder(members)
    let found = try await wrap(gcp, folder)
    #expect(found?.reason == .platformCredentials)
    #expect(found?.seal == .untilTTL)
    #expect(found?.stage == .credentials)
    #expect(found?.hint.contains(why) == true, "\(found?.hint ?? "")")
    #expect(found?.hint.contains(folder.path) == false)
    #expect(found?.operatorDetail?.contains(folder.configuration) == true)
    #expect(found?.operatorHint.contains("ada:secret") == false)
    #expect(gcp.requests.isEmpty)
  }

  @Test(arguments: [
    (nil, "it can't be read"), ("", "no token"), (" \n", "no token"), ("two words", "no token"),
    (String(repeating: "a", count: (64 << 10) + 1), "longer than 65536 bytes"),
  ])
  func `a file without a token is told to the operator alone`(_ text: String?, why: String) async throws {
    let gcp = ScriptedGCP()
    let folder = try Folder(files: text.map { ["token": $0] } ?? [:])
    let found = try await wrap(gcp, folder)
    #expect(found?.reason == .platformCredentials)
    #expect(found?.seal == .untilTTL)
    #expect(found?.hint.contains(folder.path) == false)
    #expect(found?.operatorDetail?.contains("getting the subject token") == true)
    #expect(found?.operatorDetail?.contains("\(folder.path)/token") == true)
    #expect(found?.operatorDetail?.contains(why) == true)
    #expect(gcp.requests.isEmpty)
  }

  @Test(arguments: [#"{"x":"ey.J.1"}"#, #"{"id_token":7}"#, #"{"id_token":""}"#, "ey.J.1", #"["id_token"]"#])
  func `so is JSON without one, which is not shown`(_ text: String) async throws {
    let source: JSONValue = [
      "file": "FOLDER/token", "format": ["type": "json", "subject_token_field_name": "id_token"],
    ]
    let found = try await wrap(ScriptedGCP(), Folder(["credential_source": source], files: ["token": text]))
    #expect(found?.operatorDetail?.contains("id_token") == true)
    #expect(found?.operatorHint.contains("ey.J") == false)
  }

  @Test func `an address that doesn't answer may do so later, one that refuses is ours to mend`() async throws {
    let source: [String: JSONValue?] = ["credential_source": ["url": "https://tokens.example/identity/token?secret=1"]]
    let late = try await wrap(
      ScriptedGCP { action throws(HTTPClientError) in
        guard action == .subjectToken else { return nil }
        throw HTTPClientError(code: .timeout(.response), reason: "tokens.example")
      }, Folder(source))
    #expect(late?.reason == .unreachable)
    #expect(late?.isPermanent == false)
    #expect(late?.hint.contains("tokens.example") == false)
    #expect(late?.operatorDetail?.contains("https://tokens.example/identity/token") == true)
    let refused = try await wrap(
      ScriptedGCP { $0 == .subjectToken ? HTTPResponse(status: 403, body: Array("no".utf8)) : nil }, Folder(source))
    #expect(refused?.reason == .platformCredentials)
    #expect(refused?.operatorDetail?.contains("status 403") == true)
    #expect(refused?.operatorDetail?.contains("secret=1") == false)
    for status in [429, 500, 503] {
      let busy = try await wrap(
        ScriptedGCP { $0 == .subjectToken ? HTTPResponse(status: status) : nil }, Folder(source))
      #expect(busy?.reason == .unreachable)
      #expect(busy?.isPermanent == false)
      #expect(busy?.operatorDetail?.contains("status \(status)") == true)
    }
  }

  @Test(arguments: [
    (400, "invalid_grant", KMSFailure.Reason.platformCredentials), (400, "invalid_target", .platformCredentials),
    (401, "unauthorized_client", .platformCredentials), (503, "temporarily_unavailable", .unreachable),
    (400, "something_new", .unreachable),
  ])
  func `an exchange that is refused names the step, and seals nobody`(
    _ status: Int, code: String, reason: KMSFailure.Reason
  ) async throws {
    let gcp = ScriptedGCP {
      $0 == .exchange ? .json(status, ["error": .string(code), "error_description": "ey.J.1 is no good"]) : nil
    }
    let folder = try Folder()
    let found = try await wrap(gcp, folder)
    #expect(found?.reason == reason)
    #expect(found?.seal == .untilTTL)
    #expect(found?.stage == .credentials)
    #expect(found?.providerCode == code)
    #expect(found?.operatorDetail?.contains("the exchange at sts.googleapis.com") == true)
    #expect(found?.operatorDetail?.contains(folder.configuration) == true)
    #expect(found?.operatorHint.contains("ey.J") == false)
  }

  @Test(arguments: [
    (403, "PERMISSION_DENIED"), (404, "NOT_FOUND"), (401, "UNAUTHENTICATED"), (400, "INVALID_ARGUMENT"),
  ])
  func `that we may not act as our own account is no tenant's fault`(_ status: Int, code: String) async throws {
    let gcp = ScriptedGCP { $0 == .impersonateOwn ? .gcpError(status, code) : nil }
    let found = try await wrap(gcp, Folder(["service_account_impersonation_url": .string(Fixture.impersonation)]))
    #expect(found?.reason == .platformCredentials)
    #expect(found?.seal == .untilTTL)
    #expect(found?.stage == .credentials)
    #expect(found?.hint.contains("roles/iam.workloadIdentityUser") == true)
    #expect(found?.operatorDetail?.contains("impersonating \(Fixture.account)") == true)
  }

  @Test func `our AWS identity that is none is told with its sources`() async throws {
    let folder = try Folder(["credential_source": Fixture.awsSource, "subject_token_type": Fixture.awsType])
    defer { withExtendedLifetime(folder) {} }
    let platform = GCPPlatform(
      transport: ScriptedGCP(), credentialsFile: folder.configuration,
      aws: (EnvironmentCredentials { _ in nil }, "eu-west-1"), clock: ManualClock().clock)
    let key = try Sample.gcpKEK(platform)
    let found = await failure { () throws(KMSFailure) in _ = try await key.wrap(Sample.key, context: Sample.context) }
    #expect(found?.reason == .platformCredentials)
    #expect(found?.operatorDetail?.contains("AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (not set)") == true)
  }

  @Test func `who is no account has no address that customers could name`() async throws {
    let folder = try Folder()
    defer { withExtendedLifetime(folder) {} }
    let found = await failure { () throws(KMSFailure) in
      _ = try await platform(ScriptedGCP(), folder).principalEmail(for: KeyUse(tenantID: UUID()))
    }
    #expect(found?.reason == .platformCredentials)
    #expect(found?.hint.contains("operator") == true)
    #expect(found?.operatorDetail?.contains("service_account_impersonation_url") == true)
  }

  @Test func `no tenant's configuration may hold such a file`() throws {
    let text = #"{"type":"external_account","token_url":"https://sts.googleapis.com/v1/token"}"#
    for value in [JSONValue.string(text), ["type": "external_account"]] {
      #expect(throws: CandidateRejection.self) {
        try KMSCandidate.parse(Sample.gcpBody(adding: ["credential_source": value]))
      }
      #expect(throws: CandidateRejection.self) {
        try KMSCandidate.parse(Sample.gcpBody(adding: ["credentials_json": value]))
      }
    }
  }
}
