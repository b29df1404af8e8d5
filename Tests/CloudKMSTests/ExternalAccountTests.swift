import Foundation
import HTTPClient
import JSON
import Testing

@testable import CloudKMS

/// The platform as a workload that is somebody elsewhere, let in at Google by what a credential configuration says.
@Suite struct ExternalAccountTests {
  private static let account = "platform@saas.iam.gserviceaccount.com"
  private static let audience =
    "//iam.googleapis.com/projects/123456/locations/global/workloadIdentityPools/saas/providers/cluster"
  private static let impersonation =
    "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/\(account):generateAccessToken"
  private static let awsSource: JSONValue = [
    "environment_id": "aws1", "region_url": "http://169.254.169.254/latest/meta-data/placement/availability-zone",
    "regional_cred_verification_url":
      "https://sts.{region}.amazonaws.com?Action=GetCallerIdentity&Version=2011-06-15",
  ]
  private static let awsType: JSONValue = "urn:ietf:params:aws:token-type:aws4_request"

  /// A folder with a credential configuration, in which `FOLDER` stands for it, and other files.
  private final class Folder {
    let path = NSTemporaryDirectory() + "external-account-\(UUID().uuidString)"

    init(_ members: [String: JSONValue?] = [:], files: [String: String] = ["token": "ey.J.1\n"]) throws {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
      var configuration: [String: JSONValue] = [
        "type": "external_account", "audience": .string(audience),
        "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
        "token_url": "https://sts.googleapis.com/v1/token", "credential_source": ["file": "FOLDER/token"],
      ]
      for (name, value) in members { configuration[name] = value }
      let text = JSONValue.object(configuration).canonicalText.replacing("FOLDER", with: path)
      for (name, text) in files.merging(["configuration.json": text], uniquingKeysWith: { $1 }) {
        try write(text, to: name)
      }
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    var configuration: String { path + "/configuration.json" }

    func write(_ text: String, to name: String) throws {
      try Data(text.utf8).write(to: URL(filePath: path + "/" + name))
    }
  }

  private func platform(
    _ gcp: ScriptedGCP, _ folder: Folder, endpoint: String? = nil, clock: ManualClock = ManualClock()
  ) -> GCPPlatform {
    GCPPlatform(
      transport: gcp, credentialsFile: folder.configuration, endpoint: endpoint,
      plaintextHosts: ["169.254.169.254", "127.0.0.1:8080"],
      aws: (FixedCredentials(Sample.credentials), "eu-west-1"), clock: clock.clock)
  }

  private func wrap(_ gcp: ScriptedGCP, _ folder: Folder) async throws -> KMSFailure? {
    defer { withExtendedLifetime(folder) {} }
    let key = try Sample.gcpKEK(platform(gcp, folder))
    return await failure { () throws(KMSFailure) in _ = try await key.wrap(Sample.key, context: Sample.context) }
  }

  private func form(_ request: HTTPRequest) -> [String: String] { ScriptedAWS.form(request) }

  private func authorization(of request: HTTPRequest) -> String? {
    request.headers.first { $0.name == "Authorization" }?.value
  }

  @Test func `a token in a file is exchanged for one of Google's`() async throws {
    let gcp = ScriptedGCP()
    #expect(try await wrap(gcp, Folder()) == nil)
    #expect(gcp.actions == [.exchange, .impersonate, .encrypt])
    let request = try #require(gcp.requests.first)
    #expect(request.method == "POST")
    #expect(request.url == "https://sts.googleapis.com/v1/token")
    #expect(authorization(of: request) == nil)
    #expect(
      form(request) == [
        "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange", "audience": Self.audience,
        "scope": "https://www.googleapis.com/auth/cloud-platform",
        "requested_token_type": "urn:ietf:params:oauth:token-type:access_token", "subject_token": "ey.J.1",
        "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
      ])
    #expect(authorization(of: gcp.requests[1]) == "Bearer federated-token")
  }

  @Test func `a token in a member of a JSON file is found`() async throws {
    let source: JSONValue = [
      "file": "FOLDER/token", "format": ["type": "json", "subject_token_field_name": "id_token"],
    ]
    let gcp = ScriptedGCP()
    let folder = try Folder(["credential_source": source], files: ["token": #"{"id_token":"ey.J.2","x":[1]}"#])
    #expect(try await wrap(gcp, folder) == nil)
    #expect(form(try #require(gcp.requests.first))["subject_token"] == "ey.J.2")
  }

  @Test func `an address is asked with the headers named, and may answer JSON`() async throws {
    let url = "http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&resource=api%3A%2F%2Fx"
    let source: JSONValue = [
      "url": .string(url), "headers": ["Metadata": "True"],
      "format": ["type": "json", "subject_token_field_name": "access_token"],
    ]
    let gcp = ScriptedGCP()
    #expect(try await wrap(gcp, Folder(["credential_source": source])) == nil)
    #expect(gcp.actions == [.subjectToken, .exchange, .impersonate, .encrypt])
    let request = try #require(gcp.requests.first)
    #expect(request.method == "GET")
    #expect(request.url == url)
    #expect(request.headers == [HTTPHeader("Metadata", "True")])
    #expect(request.timeout == .seconds(2))
    #expect(form(gcp.requests[1])["subject_token"] == "machine-token")
  }

  @Test(arguments: ["https://tokens.example/identity/token", "http://127.0.0.1:8080/identity/token"])
  func `an address may be any over TLS, or a plain one that is allowed`(_ url: String) async throws {
    let gcp = ScriptedGCP { $0 == .subjectToken ? HTTPResponse(status: 200, body: Array("ey.J.3\n".utf8)) : nil }
    #expect(try await wrap(gcp, Folder(["credential_source": ["url": .string(url)]])) == nil)
    #expect(gcp.requests.first?.url == url)
    #expect(form(gcp.requests[1])["subject_token"] == "ey.J.3")
  }

  @Test(arguments: [
    "http://tokens.example/identity/", "http://127.0.0.1/identity/", "http://127.0.0.1:80800/identity/",
    "http://169.254.169.254.evil.example/identity/", "ftp://169.254.169.254/identity/", "169.254.169.254/identity/",
  ])
  func `no other address is asked over plain HTTP`(_ url: String) async throws {
    let gcp = ScriptedGCP()
    let found = try await wrap(gcp, Folder(["credential_source": ["url": .string(url)]]))
    #expect(found?.reason == .platformCredentials)
    #expect(found?.operatorDetail?.contains("GCP_IDENTITY_HOST") == true)
    #expect(gcp.requests.isEmpty)
  }

  @Test func `a request to AWS that our identity there has signed proves who we are`() async throws {
    let gcp = ScriptedGCP()
    let folder = try Folder(["credential_source": Self.awsSource, "subject_token_type": Self.awsType])
    #expect(try await wrap(gcp, folder) == nil)
    #expect(gcp.actions == [.exchange, .impersonate, .encrypt])
    let form = form(try #require(gcp.requests.first))
    #expect(form["subject_token_type"] == Self.awsType.string)
    let text = try #require(form["subject_token"]?.removingPercentEncoding)
    let token = try JSONValue(parsing: Array(text.utf8))
    #expect(token["method"] == "POST")
    #expect(
      token["url"] == "https://sts.eu-west-1.amazonaws.com?Action=GetCallerIdentity&Version=2011-06-15")
    guard case .array(let fields)? = token["headers"] else {
      Issue.record("no headers")
      return
    }
    var headers: [String: String] = [:]
    for field in fields { headers[try #require(field["key"]?.string)] = field["value"]?.string }
    #expect(headers["host"] == "sts.eu-west-1.amazonaws.com")
    #expect(headers["x-goog-cloud-target-resource"] == Self.audience)
    #expect(headers["X-Amz-Date"] == "20261124T040014Z")
    // Another implementation's signature (Python's hmac and hashlib) of the same request.
    #expect(
      headers["Authorization"]
        == "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261124/eu-west-1/sts/aws4_request, "
        + "SignedHeaders=host;x-amz-date;x-goog-cloud-target-resource, Signature=6d1ddff48f858b36de345c150b2a8da7b4fbacceca87e19fcb4b6c1bd9e6bd1b"
    )
  }

  @Test func `a service account is acted as where one is named, and for as long as is said`() async throws {
    let gcp = ScriptedGCP()
    let time = ManualClock()
    let folder = try Folder([
      "service_account_impersonation_url": .string(Self.impersonation),
      "service_account_impersonation": ["token_lifetime_seconds": 1200],
    ])
    defer { withExtendedLifetime(folder) {} }
    let platform = platform(gcp, folder, clock: time)
    let key = try Sample.gcpKEK(platform)
    _ = try await key.wrap(Sample.key, context: Sample.context)
    #expect(gcp.actions == [.exchange, .impersonateOwn, .impersonate, .encrypt])
    let request = gcp.requests[1]
    #expect(request.url == Self.impersonation)
    #expect(authorization(of: request) == "Bearer federated-token")
    #expect(
      try JSONValue(parsing: request.body) == [
        "lifetime": "1200s", "scope": ["https://www.googleapis.com/auth/cloud-platform"],
      ])
    #expect(authorization(of: gcp.requests[2]) == "Bearer own-token")
    #expect(try await platform.principalEmail(for: KeyUse(tenantID: UUID())) == Self.account)
    // The token is kept until shortly before it expires; then the file is read anew.
    try folder.write("ey.J.2", to: "token")
    _ = try await key.wrap(Sample.key, context: Sample.context)
    #expect(gcp.actions.count == 6)
    time.advance(.seconds(1200 - 225))
    _ = try await key.wrap(Sample.key, context: Sample.context)
    #expect(gcp.actions.suffix(4) == [.exchange, .impersonateOwn, .impersonate, .encrypt])
    #expect(form(gcp.requests[6])["subject_token"] == "ey.J.2")
  }

  @Test func `endpoints of a region are Google's too, and a stand-in takes the place of all`() async throws {
    let members: [String: JSONValue?] = [
      "token_url": "https://sts.europe-west3.rep.googleapis.com/v1/token", "universe_domain": "googleapis.com",
      "service_account_impersonation_url": .string(
        Self.impersonation.replacing("iamcredentials.", with: "iamcredentials.europe-west3.rep.")),
    ]
    let gcp = ScriptedGCP()
    #expect(try await wrap(gcp, Folder(members)) == nil)
    #expect(gcp.requests[0].url == "https://sts.europe-west3.rep.googleapis.com/v1/token")
    #expect(gcp.requests[1].url.hasPrefix("https://iamcredentials.europe-west3.rep.googleapis.com/v1/projects/-/"))
    let standIn = ScriptedGCP()
    let folder = try Folder(members)
    defer { withExtendedLifetime(folder) {} }
    let key = try Sample.gcpKEK(platform(standIn, folder, endpoint: "http://127.0.0.1:4568"))
    _ = try await key.wrap(Sample.key, context: Sample.context)
    #expect(standIn.requests.allSatisfy { $0.url.hasPrefix("http://127.0.0.1:4568/v1/") })
  }

  /// What is exchanged there lets in whoever gets it.
  @Test(arguments: [
    "http://sts.googleapis.com/v1/token", "https://sts.googleapis.com:443/v1/token", "https://sts.googleapis.com/token",
    "https://sts.googleapis.com/v1/token?x", "https://sts.googleapis.com/v1/token#x", "https://sts.googleapis.com",
    "https://sts.googleapis.com@evil.example/v1/token", "https://evil@sts.googleapis.com/v1/token",
    "https://sts.googleapis.com.evil.example/v1/token", "https://evil.example/sts.googleapis.com/v1/token",
    "https://evil-sts.googleapis.com/v1/token", "https://evil.googleapis.com/v1/token",
    "https://sts.evil.googleapis.com/v1/token", "https://sts.a.b.rep.googleapis.com/v1/token",
    "https://sts..rep.googleapis.com/v1/token", "https://STS.googleapis.com/v1/token",
    "https://iamcredentials.googleapis.com/v1/token", "https://sts.amazonaws.com/v1/token", "",
  ])
  func `tokens are exchanged with nobody but Google`(_ url: String) async throws {
    let gcp = ScriptedGCP()
    let found = try await wrap(gcp, Folder(["token_url": .string(url)]))
    #expect(found?.reason == .platformCredentials)
    #expect(found?.hint.contains("token_url") == true)
    #expect(gcp.requests.isEmpty)
  }

  @Test(arguments: [
    "https://evil.example/v1/projects/-/serviceAccounts/\(account):generateAccessToken",
    "https://sts.googleapis.com/v1/projects/-/serviceAccounts/\(account):generateAccessToken",
    "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/\(account):generateIdToken",
    "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/x/../\(account):generateAccessToken",
    "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/:generateAccessToken",
    "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/me@example.com:generateAccessToken",
  ])
  func `nor is any other service asked to act as an account`(_ url: String) async throws {
    let gcp = ScriptedGCP()
    let found = try await wrap(gcp, Folder(["service_account_impersonation_url": .string(url)]))
    #expect(found?.hint.contains("service_account_impersonation_url") == true)
    #expect(gcp.requests.isEmpty)
  }

  @Test(
    arguments: [
      (["universe_domain": "evil.example"], "universe_domain"),
      (["audience": "//iam.googleapis.com/locations/global/workforcePools/p/providers/q"], "audience"),
      (["audience": nil], "audience"), (["audience": .string(audience + "/x")], "audience"),
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
      (["credential_source": ["environment_id": "aws2"], "subject_token_type": awsType], "aws1"),
      (["credential_source": awsSource], "aws1"), (["subject_token_type": awsType], "environment_id"),
      (["credential_source": ["environment_id": "aws1"], "subject_token_type": awsType], "regional_cred"),
      (
        [
          "subject_token_type": awsType,
          "credential_source": [
            "environment_id": "aws1",
            "regional_cred_verification_url":
              "https://sts.{region}.evil.example?Action=GetCallerIdentity&Version=2011-06-15",
          ],
        ], "regional_cred_verification_url"
      ),
      (
        [
          "service_account_impersonation_url": .string(impersonation),
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
    let found = try await wrap(gcp, Folder(["service_account_impersonation_url": .string(Self.impersonation)]))
    #expect(found?.reason == .platformCredentials)
    #expect(found?.seal == .untilTTL)
    #expect(found?.stage == .credentials)
    #expect(found?.hint.contains("roles/iam.workloadIdentityUser") == true)
    #expect(found?.operatorDetail?.contains("impersonating \(Self.account)") == true)
  }

  @Test func `our AWS identity that is none is told with its sources`() async throws {
    let folder = try Folder(["credential_source": Self.awsSource, "subject_token_type": Self.awsType])
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
