import Cryptography
import Foundation
import HTTPClient
import JSON
import Locking
import SigV4
import Testing

@testable import CloudKMS

/// The sources of the platform's own AWS identity, in order, on a machine in memory.
@Suite struct AWSCredentialChainTests {
  /// A machine with variables, files and endpoints, and what was asked of these.
  private final class Machine: HTTPTransport {
    let folder = NSTemporaryDirectory() + "aws-chain-\(UUID().uuidString)"
    private let variables: Guarded<[String: String]>
    private let answers: [String: HTTPResponse]
    private let log = Guarded<[HTTPRequest]>([])
    let time = ManualClock()

    init(_ variables: [String: String] = [:], answers: [String: HTTPResponse] = [:], files: [String: String] = [:])
      throws
    {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      for (name, text) in files { try Data(text.utf8).write(to: URL(filePath: folder + "/" + name)) }
      let places = ["AWS_CONFIG_FILE": folder + "/config", "AWS_SHARED_CREDENTIALS_FILE": folder + "/credentials"]
      let all = places.merging(variables.mapValues { [folder] in $0.replacing("FOLDER", with: folder) }) { $1 }
      self.variables = Guarded(all)
      self.answers = answers
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    var requests: [HTTPRequest] { log.withLock { $0 } }
    var urls: [String] { requests.map(\.url) }

    var chain: AWSCredentialChain {
      AWSCredentialChain(
        CloudEnvironment(transport: self, clock: time.clock) { name in self.variable(name) })
    }

    func variable(_ name: String) -> String? { variables.withLock { $0[name] } }

    func send(_ request: HTTPRequest) async throws(HTTPClientError) -> HTTPResponse {
      log.withLock { $0.append(request) }
      let key = request.url.hasPrefix("https://sts.") ? ScriptedAWS.form(request)["Action"] ?? "" : request.url
      guard let answer = answers[key] else {
        throw HTTPClientError(code: .timeout(.connect), reason: "nobody there")
      }
      return answer
    }
  }

  private static let instance = "http://169.254.169.254/latest"

  private static func answer(_ id: String, expires: String? = "2026-11-24T05:00:14Z") -> HTTPResponse {
    .json(
      200,
      [
        "AccessKeyId": .string(id), "SecretAccessKey": "secret", "Token": "token", "Code": "Success",
        "Expiration": expires.map { .string($0) } ?? .null,
      ])
  }

  private static func sts(_ action: String, _ id: String) -> HTTPResponse {
    .xml(
      200,
      """
      <\(action)Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><\(action)Result><Credentials>
      <AccessKeyId>\(id)</AccessKeyId><SecretAccessKey>secret</SecretAccessKey><SessionToken>token</SessionToken>
      <Expiration>2026-11-24T05:00:14Z</Expiration></Credentials></\(action)Result></\(action)Response>
      """)
  }

  private static let instanceAnswers = [
    "\(instance)/api/token": HTTPResponse(status: 200, body: Array("imds-token".utf8)),
    "\(instance)/meta-data/iam/security-credentials/": HTTPResponse(status: 200, body: Array("Platform\n".utf8)),
    "\(instance)/meta-data/iam/security-credentials/Platform": answer("ASIAINSTANCE"),
  ]

  /// What the operator is told.
  private func detail(_ machine: Machine) async -> String {
    let found = await failure { () throws(KMSFailure) in
      _ = try await machine.chain.credentials(refreshing: false)
    }
    #expect(found?.reason == .noCredentials)
    #expect(found?.seal == .untilTTL)
    #expect(found?.stage == .credentials)
    #expect(found?.hint.contains(machine.folder) == false)
    #expect(found?.hint.contains("http") == false)
    return found?.operatorDetail ?? ""
  }

  @Test func `the environment comes first`() async throws {
    let machine = try Machine(
      ["AWS_ACCESS_KEY_ID": "AKIAENV", "AWS_SECRET_ACCESS_KEY": "s", "AWS_SESSION_TOKEN": "t"],
      answers: Self.instanceAnswers)
    let credentials = try await machine.chain.credentials(refreshing: false)
    #expect(credentials.accessKeyID == "AKIAENV")
    #expect(credentials.sessionToken == "t")
    #expect(machine.urls == [])
  }

  @Test func `a web identity is exchanged at STS, without a signature, and its file read anew`() async throws {
    let machine = try Machine(
      [
        "AWS_WEB_IDENTITY_TOKEN_FILE": "FOLDER/token", "AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/p",
        "AWS_REGION": "eu-west-1",
      ],
      answers: ["AssumeRoleWithWebIdentity": Self.sts("AssumeRoleWithWebIdentity", "ASIAWEB")],
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
    ("", "[default]\naws_access_key_id = AKIAFILE\naws_secret_access_key=s\n", nil, "AKIAFILE"),
    (
      "# comment\n[profile prod]\naws_access_key_id=AKIACONFIG ; comment\naws_secret_access_key=s#x\n[sso-session a]\nx=y\n",
      "", "prod", "AKIACONFIG"
    ),
    (
      "[profile prod]\naws_access_key_id=AKIACONFIG\naws_secret_access_key=s\n",
      "[prod]\naws_access_key_id=AKIAFILE\naws_secret_access_key=s\n", "prod", "AKIAFILE"
    ),
    (
      "[default]\naws_access_key_id=AKIACONFIG\naws_secret_access_key=s\ns3 =\n  aws_access_key_id = AKIANESTED\n", "",
      nil, "AKIACONFIG"
    ),
  ])
  func `a profile's keys are found`(config: String, credentials: String, profile: String?, id: String) async throws {
    let machine = try Machine(
      profile.map { ["AWS_PROFILE": $0] } ?? [:], files: ["config": config, "credentials": credentials])
    #expect(try await machine.chain.credentials(refreshing: false).accessKeyID == id)
    #expect(machine.urls == [])
  }

  @Test func `a profile's role is assumed by its source's keys`() async throws {
    let config = """
      [profile prod]
      role_arn = arn:aws:iam::123456789012:role/p
      source_profile = base
      external_id = ours
      role_session_name = kms
      [profile base]
      aws_access_key_id = AKIABASE
      aws_secret_access_key = s
      """
    let machine = try Machine(
      ["AWS_PROFILE": "prod"], answers: ["AssumeRole": Self.sts("AssumeRole", "ASIAROLE")], files: ["config": config])
    #expect(try await machine.chain.credentials(refreshing: false).accessKeyID == "ASIAROLE")
    let request = try #require(machine.requests.first)
    let form = ScriptedAWS.form(request)
    #expect(form["ExternalId"] == "ours")
    #expect(form["RoleSessionName"] == "kms")
    #expect(
      request.headers.contains { $0.name.lowercased() == "authorization" && $0.value.contains("AKIABASE/") })
  }

  @Test(arguments: [
    ("[profile prod]\nrole_arn=r\nsource_profile=b\n[profile b]\nrole_arn=r\nsource_profile=prod\n", "circles"),
    ("[profile prod]\nrole_arn=r\n", "source_profile"), ("[profile prod]\nrole_arn=r\nsource_profile=x\n", "profile x"),
    ("[profile prod]\ncredential_process=/bin/true\n", "credential_process printed no JSON"),
    ("[profile prod]\ncredential_process=/bin/false\n", "credential_process ended with code 1"),
    ("[profile prod]\ncredential_process=/nonexistent\n", "credential_process can't be run"),
    ("[profile prod]\ncredential_process=/usr/bin/yes\n", "credential_process printed too much"),
    ("[profile prod]\ncredential_process=\"/bin/echo\n", "quotation mark"),
    ("[profile prod]\nsso_session=a\n", "its sso_session has a person sign in"),
    ("[profile prod]\nsso_start_url=https://a\n", "its sso_start_url has a person sign in"),
    ("[profile prod]\nrole_arn=r\ncredential_source=Vault\n", "none of Ec2InstanceMetadata, EcsContainer, Environment"),
    ("[profile prod]\nrole_arn=r\ncredential_source=Environment\nsource_profile=default\n", "both source_profile"),
    ("[profile prod]\nrole_arn=r\ncredential_source=Environment\n", "credential_source Environment, the variables"),
    ("[profile prod]\nrole_arn=r\ncredential_source=EcsContainer\n", "credential_source EcsContainer, the container"),
    ("[profile prod]\nregion=x\n", "no credentials"),
    ("[profile other]\nregion=x\n", "no such profile"), ("", "no such profile"),
    ("[profile prod]\naws_access_key_id=AKIA\naws_secret_access_key=\n", "no credentials"),
  ])
  func `a profile that was named and has no credentials ends the search`(config: String, why: String) async throws {
    let machine = try Machine(
      ["AWS_PROFILE": "prod"], answers: Self.instanceAnswers, files: ["config": config + "[default]\nregion=x\n"])
    #expect(await detail(machine).contains(why))
    #expect(machine.urls == [])
  }

  private static func printing(_ json: String) -> String {
    "[profile prod]\ncredential_process = /bin/echo '\(json)'\n"
  }

  @Test func `a profile's program prints its credentials, for as long as they say`() async throws {
    let text =
      #"{"Version":1,"AccessKeyId":"ASIA1","SecretAccessKey":"s","SessionToken":"t","#
      + #""Expiration":"2026-11-24T05:00:14Z"}"#
    let config = Self.printing(text)
    let machine = try Machine(["AWS_PROFILE": "prod"], files: ["config": config])
    let chain = machine.chain
    let credentials = try await chain.credentials(refreshing: false)
    #expect(credentials.accessKeyID == "ASIA1")
    #expect(credentials.sessionToken == "t")
    let later = config.replacing("ASIA1", with: "ASIA2").replacing("T05:", with: "T06:")
    try Data(later.utf8).write(to: URL(filePath: machine.folder + "/config"))
    #expect(try await chain.credentials(refreshing: false).accessKeyID == "ASIA1")
    machine.time.advance(.seconds(3600 - 300))
    #expect(try await chain.credentials(refreshing: false).accessKeyID == "ASIA2")
  }

  @Test func `a program's credentials that don't say when they expire are replaced after ten minutes`() async throws {
    let config = Self.printing(#"{"Version":1,"AccessKeyId":"AKIA1","SecretAccessKey":"s"}"#)
    let machine = try Machine(["AWS_PROFILE": "prod"], files: ["config": config])
    let chain = machine.chain
    #expect(try await chain.credentials(refreshing: false).accessKeyID == "AKIA1")
    try Data(config.replacing("AKIA1", with: "AKIA2").utf8).write(to: URL(filePath: machine.folder + "/config"))
    machine.time.advance(.seconds(599))
    #expect(try await chain.credentials(refreshing: false).accessKeyID == "AKIA1")
    machine.time.advance(.seconds(1))
    #expect(try await chain.credentials(refreshing: false).accessKeyID == "AKIA2")
  }

  @Test(arguments: [
    (#"{"Version":2,"AccessKeyId":"A","SecretAccessKey":"topsecret"}"#, "no JSON of version 1"),
    (#"{"AccessKeyId":"A","SecretAccessKey":"topsecret"}"#, "no JSON of version 1"),
    (#"{"Version":1,"AccessKeyId":"A"}"#, "no credentials"), ("topsecret", "no JSON"),
    (
      #"{"Version":1,"AccessKeyId":"A","SecretAccessKey":"topsecret","Expiration":"2026-11-24T04:00:14Z"}"#,
      "have expired"
    ),
    (#"{"Version":1,"AccessKeyId":"A","SecretAccessKey":"topsecret","Expiration":"soon"}"#, "can't be read"),
  ])
  func `what a program prints besides is none, and not shown`(_ text: String, why: String) async throws {
    let machine = try Machine(["AWS_PROFILE": "prod"], files: ["config": Self.printing(text)])
    let detail = await detail(machine)
    #expect(detail.contains(why))
    #expect(!detail.contains("topsecret"))
  }

  @Test(
    arguments: [
      ("a b\tc", ["a", "b", "c"]), (#""/opt/my tool/x" --flag 'a "b"'"#, ["/opt/my tool/x", "--flag", #"a "b""#]),
      (#"a\ b "c\"d" 'e\f'"#, ["a b", #"c"d"#, #"e\f"#]), (#"a ''"#, ["a", ""]), (" a  ", ["a"]),
      ("$HOME;`x`", ["$HOME;`x`"]),
      ("", nil), (" ", nil), ("'a", nil), (#"a "b"#, nil), (#"a\"#, nil), ("''", nil),
    ] as [(String, [String]?)])
  func `a command line is parted as a shell would, and no more`(_ command: String, words: [String]?) {
    #expect(CredentialProcess.words(of: command) == words)
  }

  @Test(arguments: [
    ("Environment", "AKIAENV"), ("Ec2InstanceMetadata", "ASIAINSTANCE"), ("EcsContainer", "ASIACONTAINER"),
  ])
  func `a profile's role is assumed by a source that is no profile`(_ source: String, by id: String) async throws {
    // Keys in the environment would count before any profile: only the profile may see these.
    let config = """
      [profile prod]
      role_arn = arn:aws:iam::123456789012:role/p
      credential_source = \(source)
      """
    let machine = try Machine(
      ["AWS_PROFILE": "prod", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/v2/x"],
      answers: Self.instanceAnswers.merging([
        "AssumeRole": Self.sts("AssumeRole", "ASIAROLE"), "http://169.254.170.2/v2/x": Self.answer("ASIACONTAINER"),
      ]) { $1 }, files: ["config": config])
    let environment = CloudEnvironment(transport: machine, clock: machine.time.clock) { name in
      ["AWS_ACCESS_KEY_ID": "AKIAENV", "AWS_SECRET_ACCESS_KEY": "s"][name] ?? machine.variable(name)
    }
    let source = ProfileSource(environment, exchange: AWSTokenExchange(environment))
    #expect(try await source.credentials().credentials.accessKeyID == "ASIAROLE")
    let request = try #require(machine.requests.last)
    #expect(request.headers.contains { $0.name.lowercased() == "authorization" && $0.value.contains("\(id)/") })
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
    let machine = try Machine(variables, answers: [url: Self.answer("ASIACONTAINER")], files: ["token": "file-token\n"])
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
    let machine = try Machine([
      "AWS_CONTAINER_CREDENTIALS_FULL_URI": url, "AWS_CONTAINER_AUTHORIZATION_TOKEN": "t",
    ])
    #expect(await detail(machine).contains("neither https:// nor"))
    #expect(machine.urls == [])
  }

  @Test func `an instance's role is asked for, by a token first`() async throws {
    let machine = try Machine(answers: Self.instanceAnswers)
    #expect(try await machine.chain.credentials(refreshing: false).accessKeyID == "ASIAINSTANCE")
    #expect(
      machine.urls == [
        "\(Self.instance)/api/token", "\(Self.instance)/meta-data/iam/security-credentials/",
        "\(Self.instance)/meta-data/iam/security-credentials/Platform",
      ])
    #expect(machine.requests.map(\.method) == ["PUT", "GET", "GET"])
    #expect(machine.requests[2].headers.contains(HTTPHeader("X-aws-ec2-metadata-token", "imds-token")))
    #expect(machine.requests.allSatisfy { $0.timeout == .seconds(2) })
  }

  @Test func `where there is nothing the operator is told of each source why, and others which kinds were tried`()
    async throws
  {
    let machine = try Machine()
    let found = await failure { () throws(KMSFailure) in
      _ = try await machine.chain.credentials(refreshing: false)
    }
    #expect(
      found?.hint.contains(
        "Tried, in order: the environment; a web identity; a shared profile; a container's role; an instance's role.")
        == true)
    let detail = await detail(machine)
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
    let machine = try Machine(
      variables,
      answers: Self.instanceAnswers.merging(["AssumeRoleWithWebIdentity": .stsError("AccessDenied")]) { $1 },
      files: ["token": "t"])
    #expect(await detail(machine).contains(why))
    #expect(!machine.urls.contains { $0.hasPrefix(Self.instance) })
  }

  @Test(arguments: [
    #"{"Code":"AssumeRoleUnauthorizedAccess"}"#, "{}", "nope", #"{"AccessKeyId":"A","SecretAccessKey":"s"}"#,
    #"{"AccessKeyId":"A","SecretAccessKey":"s","Token":"a b"}"#,
    #"{"AccessKeyId":"A","SecretAccessKey":"s","Token":"t","Expiration":"soon"}"#,
  ])
  func `what is no credentials is not taken for some`(_ body: String) async throws {
    let url = "\(Self.instance)/meta-data/iam/security-credentials/Platform"
    let machine = try Machine(
      answers: Self.instanceAnswers.merging([url: HTTPResponse(status: 200, body: Array(body.utf8))]) { $1 })
    let detail = await detail(machine)
    #expect(detail.contains("169.254.169.254"))
    #expect(!detail.contains("Unauthorized"))
  }

  @Test func `an instance's metadata may be switched off, and a role's name leads nowhere else`() async throws {
    let disabled = try Machine(["AWS_EC2_METADATA_DISABLED": "true"], answers: Self.instanceAnswers)
    #expect(await detail(disabled).contains("AWS_EC2_METADATA_DISABLED"))
    #expect(disabled.urls == [])
    let list = "\(Self.instance)/meta-data/iam/security-credentials/"
    let machine = try Machine(
      answers: Self.instanceAnswers.merging([list: HTTPResponse(status: 200, body: Array("../x".utf8))]) { $1 })
    _ = await detail(machine)
    #expect(!machine.urls.contains { $0.hasSuffix("/x") })
  }

  @Test func `temporary credentials are kept until shortly before they expire`() async throws {
    let machine = try Machine(answers: Self.instanceAnswers)
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
    let machine = try Machine(answers: Self.instanceAnswers)
    let chain = machine.chain
    try await withThrowingTaskGroup { group in
      for _ in 0..<50 { group.addTask { try await chain.credentials(refreshing: false).accessKeyID } }
      for try await id in group { #expect(id == "ASIAINSTANCE") }
    }
    #expect(machine.urls.count == 3)
  }
}
