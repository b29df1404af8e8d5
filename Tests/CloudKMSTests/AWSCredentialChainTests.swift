import Cryptography
import Foundation
import HTTPClient
import JSON
import SigV4
import Testing

@testable import CloudKMS

/// The sources of the platform's own AWS identity, in order, on a machine in memory.
@Suite struct AWSCredentialChainTests {
  @Test func `the environment comes first`() async throws {
    let machine = try ScriptedMachine(
      ["AWS_ACCESS_KEY_ID": "AKIAENV", "AWS_SECRET_ACCESS_KEY": "s", "AWS_SESSION_TOKEN": "t"],
      answers: ScriptedMachine.instanceAnswers)
    let credentials = try await machine.chain.credentials(refreshing: false)
    #expect(credentials.accessKeyID == "AKIAENV")
    #expect(credentials.sessionToken == "t")
    #expect(machine.urls == [])
  }

  @Test func `a web identity is exchanged at STS, without a signature, and its file read anew`() async throws {
    let machine = try ScriptedMachine(
      [
        "AWS_WEB_IDENTITY_TOKEN_FILE": "FOLDER/token", "AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/p",
        "AWS_REGION": "eu-west-1",
      ],
      answers: ["AssumeRoleWithWebIdentity": ScriptedMachine.sts("AssumeRoleWithWebIdentity", "ASIAWEB")],
      files: ["token": "ey.J.1\n"])
    let chain = machine.chain
    #expect(try await chain.credentials(refreshing: false).accessKeyID == "ASIAWEB")
    let request = try #require(machine.requests.first)
    #expect(request.url == "https://sts.eu-west-1.amazonaws.com/")
    #expect(!request.headers.contains { $0.name.lowercased() == "authorization" })
    let form = ScriptedAWS.form(request)
    #expect(form["WebIdentityToken"] == "ey.J.1")
    #expect(form["RoleArn"] == "arn:aws:iam::123456789012:role/p")
    try Data("ey.J.2".utf8).write(to: URL(filePath: machine.folder + "/token"))
    _ = try await chain.credentials(refreshing: true)
    #expect(ScriptedAWS.form(try #require(machine.requests.last))["WebIdentityToken"] == "ey.J.2")
  }

  @Test(arguments: [
    (["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/v2/x"], "http://169.254.170.2/v2/x", nil),
    (
      [
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://169.254.170.23/v1/credentials",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "FOLDER/token",
      ], "http://169.254.170.23/v1/credentials", "file-token"
    ),
    (
      [
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:1234/c", "AWS_CONTAINER_AUTHORIZATION_TOKEN": "t",
      ], "http://127.0.0.1:1234/c", "t"
    ),
    (["AWS_CONTAINER_CREDENTIALS_FULL_URI": "https://kms.example/c"], "https://kms.example/c", nil),
  ])
  func `a container's role is asked for`(_ variables: [String: String], url: String, token: String?) async throws {
    let machine = try ScriptedMachine(
      variables, answers: [url: ScriptedMachine.answer("ASIACONTAINER")], files: ["token": "file-token\n"])
    #expect(try await machine.chain.credentials(refreshing: false).accessKeyID == "ASIACONTAINER")
    let request = try #require(machine.requests.last)
    #expect(request.url == url)
    #expect(request.timeout == .seconds(2))
    #expect(request.headers.first { $0.name == "Authorization" }?.value == token)
  }

  @Test(arguments: [
    "http://kms.example/c", "http://169.254.170.2.evil.example/", "http://127.0.0.1@evil.example/", "ftp://127.0.0.1/",
  ])
  func `no container's token is sent to just anybody`(_ url: String) async throws {
    let machine = try ScriptedMachine([
      "AWS_CONTAINER_CREDENTIALS_FULL_URI": url, "AWS_CONTAINER_AUTHORIZATION_TOKEN": "t",
    ])
    #expect(await machine.detail.contains("neither https:// nor"))
    #expect(machine.urls == [])
  }

  @Test func `an instance's role is asked for, by a token first`() async throws {
    let machine = try ScriptedMachine(answers: ScriptedMachine.instanceAnswers)
    #expect(try await machine.chain.credentials(refreshing: false).accessKeyID == "ASIAINSTANCE")
    #expect(
      machine.urls == [
        "\(ScriptedMachine.instance)/api/token", "\(ScriptedMachine.instance)/meta-data/iam/security-credentials/",
        "\(ScriptedMachine.instance)/meta-data/iam/security-credentials/Platform",
      ])
    #expect(machine.requests.map(\.method) == ["PUT", "GET", "GET"])
    #expect(machine.requests[2].headers.contains(HTTPHeader("X-aws-ec2-metadata-token", "imds-token")))
    #expect(machine.requests.allSatisfy { $0.timeout == .seconds(2) })
  }

  @Test func `where there is nothing the operator is told of each source why, and others which kinds were tried`()
    async throws
  {
    let machine = try ScriptedMachine()
    let found = await failure { () throws(KMSFailure) in
      _ = try await machine.chain.credentials(refreshing: false)
    }
    #expect(
      found?.hint.contains(
        "Tried, in order: the environment; a web identity; a shared profile; a container's role; an instance's role.")
        == true)
    let detail = await machine.detail
    let expected = [
      "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (not set)", "AWS_WEB_IDENTITY_TOKEN_FILE (not set)",
      "the profile default in ", "(no such files)", "AWS_CONTAINER_CREDENTIALS_FULL_URI (not set)",
      "http://169.254.169.254 (it could not be asked, timeout in connect)",
    ]
    var rest = detail[...]
    for text in expected {
      let found = try #require(rest.firstRange(of: text), "\(text) in \(detail)")
      rest = rest[found.upperBound...]
    }
  }

  @Test(
    arguments: [
      (["AWS_ACCESS_KEY_ID": "AKIA"], "one is set without the other"),
      (["AWS_WEB_IDENTITY_TOKEN_FILE": "FOLDER/absent", "AWS_ROLE_ARN": "r"], "can't be read"),
      (["AWS_WEB_IDENTITY_TOKEN_FILE": "FOLDER/absent"], "AWS_ROLE_ARN"),
      (["AWS_WEB_IDENTITY_TOKEN_FILE": "FOLDER/token", "AWS_ROLE_ARN": "r"], "AccessDenied"),
      (["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/v2/x"], "could not be asked"),
      (["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "v2"], "slash"),
    ])
  func `a source that is set up and fails ends the search`(_ variables: [String: String], why: String) async throws {
    let machine = try ScriptedMachine(
      variables,
      answers: ScriptedMachine.instanceAnswers.merging(["AssumeRoleWithWebIdentity": .stsError("AccessDenied")]) { $1 },
      files: ["token": "t"])
    #expect(await machine.detail.contains(why))
    #expect(!machine.urls.contains { $0.hasPrefix(ScriptedMachine.instance) })
  }

  @Test(arguments: [
    #"{"Code":"AssumeRoleUnauthorizedAccess"}"#, "{}", "nope", #"{"AccessKeyId":"A","SecretAccessKey":"s"}"#,
    #"{"AccessKeyId":"A","SecretAccessKey":"s","Token":"a b"}"#,
    #"{"AccessKeyId":"A","SecretAccessKey":"s","Token":"t","Expiration":"soon"}"#,
  ])
  func `what is no credentials is not taken for some`(_ body: String) async throws {
    let url = "\(ScriptedMachine.instance)/meta-data/iam/security-credentials/Platform"
    let machine = try ScriptedMachine(
      answers: ScriptedMachine.instanceAnswers.merging([url: HTTPResponse(status: 200, body: Array(body.utf8))]) { $1 })
    let detail = await machine.detail
    #expect(detail.contains("169.254.169.254"))
    #expect(!detail.contains("Unauthorized"))
  }

  @Test func `an instance's metadata may be switched off, and a role's name leads nowhere else`() async throws {
    let disabled = try ScriptedMachine(["AWS_EC2_METADATA_DISABLED": "true"], answers: ScriptedMachine.instanceAnswers)
    #expect(await disabled.detail.contains("AWS_EC2_METADATA_DISABLED"))
    #expect(disabled.urls == [])
    let list = "\(ScriptedMachine.instance)/meta-data/iam/security-credentials/"
    let machine = try ScriptedMachine(
      answers: ScriptedMachine.instanceAnswers.merging([list: HTTPResponse(status: 200, body: Array("../x".utf8))]) {
        $1
      })
    _ = await machine.detail
    #expect(!machine.urls.contains { $0.hasSuffix("/x") })
  }

  @Test func `temporary credentials are kept until shortly before they expire`() async throws {
    let machine = try ScriptedMachine(answers: ScriptedMachine.instanceAnswers)
    let chain = machine.chain
    for _ in 0..<3 { _ = try await chain.credentials(refreshing: false) }
    #expect(machine.urls.count == 3)
    machine.time.advance(.seconds(3600 - 299))
    _ = try await chain.credentials(refreshing: false)
    #expect(machine.urls.count == 6)
    _ = try await chain.credentials(refreshing: true)
    #expect(machine.urls.count == 9)
  }

  @Test func `who waits for credentials shares one fetch`() async throws {
    let machine = try ScriptedMachine(answers: ScriptedMachine.instanceAnswers)
    let chain = machine.chain
    try await withThrowingTaskGroup { group in
      for _ in 0..<50 { group.addTask { try await chain.credentials(refreshing: false).accessKeyID } }
      for try await id in group { #expect(id == "ASIAINSTANCE") }
    }
    #expect(machine.urls.count == 3)
  }
}
