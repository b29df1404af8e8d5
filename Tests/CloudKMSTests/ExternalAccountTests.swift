import Foundation
import HTTPClient
import JSON
import Testing

@testable import CloudKMS

/// The platform as a workload that is somebody elsewhere, let in at Google by what a credential configuration says.
@Suite struct ExternalAccountTests: ExternalAccountSuite {
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
        "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange", "audience": Fixture.audience,
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
    let folder = try Folder(["credential_source": Fixture.awsSource, "subject_token_type": Fixture.awsType])
    #expect(try await wrap(gcp, folder) == nil)
    #expect(gcp.actions == [.exchange, .impersonate, .encrypt])
    let form = form(try #require(gcp.requests.first))
    #expect(form["subject_token_type"] == Fixture.awsType.string)
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
    #expect(headers["x-goog-cloud-target-resource"] == Fixture.audience)
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
      "service_account_impersonation_url": .string(Fixture.impersonation),
      "service_account_impersonation": ["token_lifetime_seconds": 1200],
    ])
    defer { withExtendedLifetime(folder) {} }
    let platform = platform(gcp, folder, clock: time)
    let key = try Sample.gcpKEK(platform)
    _ = try await key.wrap(Sample.key, context: Sample.context)
    #expect(gcp.actions == [.exchange, .impersonateOwn, .impersonate, .encrypt])
    let request = gcp.requests[1]
    #expect(request.url == Fixture.impersonation)
    #expect(authorization(of: request) == "Bearer federated-token")
    #expect(
      try JSONValue(parsing: request.body) == [
        "lifetime": "1200s", "scope": ["https://www.googleapis.com/auth/cloud-platform"],
      ])
    #expect(authorization(of: gcp.requests[2]) == "Bearer own-token")
    #expect(try await platform.principalEmail(for: KeyUse(tenantID: UUID())) == Fixture.account)
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
        Fixture.impersonation.replacing("iamcredentials.", with: "iamcredentials.europe-west3.rep.")),
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
    "https://evil.example/v1/projects/-/serviceAccounts/\(ExternalAccountFixture.account):generateAccessToken",
    "https://sts.googleapis.com/v1/projects/-/serviceAccounts/\(ExternalAccountFixture.account):generateAccessToken",
    "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/\(ExternalAccountFixture.account):generateIdToken",
    "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/x/../\(ExternalAccountFixture.account):generateAccessToken",
    "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/:generateAccessToken",
    "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/me@example.com:generateAccessToken",
  ])
  func `nor is any other service asked to act as an account`(_ url: String) async throws {
    let gcp = ScriptedGCP()
    let found = try await wrap(gcp, Folder(["service_account_impersonation_url": .string(url)]))
    #expect(found?.hint.contains("service_account_impersonation_url") == true)
    #expect(gcp.requests.isEmpty)
  }
}
