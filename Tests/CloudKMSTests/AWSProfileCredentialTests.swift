import Cryptography
import Foundation
import HTTPClient
import JSON
import SigV4
import Testing

@testable import CloudKMS

/// What a shared profile says of the platform's own AWS identity: keys, a role, a program.
@Suite struct AWSProfileCredentialTests {
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
    let machine = try ScriptedMachine(
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
    let machine = try ScriptedMachine(
      ["AWS_PROFILE": "prod"], answers: ["AssumeRole": ScriptedMachine.sts("AssumeRole", "ASIAROLE")],
      files: ["config": config])
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
    let machine = try ScriptedMachine(
      ["AWS_PROFILE": "prod"], answers: ScriptedMachine.instanceAnswers,
      files: ["config": config + "[default]\nregion=x\n"])
    #expect(await machine.detail.contains(why))
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
    let machine = try ScriptedMachine(["AWS_PROFILE": "prod"], files: ["config": config])
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
    let machine = try ScriptedMachine(["AWS_PROFILE": "prod"], files: ["config": config])
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
    let machine = try ScriptedMachine(["AWS_PROFILE": "prod"], files: ["config": Self.printing(text)])
    let detail = await machine.detail
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
    let machine = try ScriptedMachine(
      ["AWS_PROFILE": "prod", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/v2/x"],
      answers: ScriptedMachine.instanceAnswers.merging([
        "AssumeRole": ScriptedMachine.sts("AssumeRole", "ASIAROLE"),
        "http://169.254.170.2/v2/x": ScriptedMachine.answer("ASIACONTAINER"),
      ]) { $1 }, files: ["config": config])
    let environment = CloudEnvironment(transport: machine, clock: machine.time.clock) { name in
      ["AWS_ACCESS_KEY_ID": "AKIAENV", "AWS_SECRET_ACCESS_KEY": "s"][name] ?? machine.variable(name)
    }
    let source = ProfileSource(environment, exchange: AWSTokenExchange(environment))
    #expect(try await source.credentials().credentials.accessKeyID == "ASIAROLE")
    let request = try #require(machine.requests.last)
    #expect(request.headers.contains { $0.name.lowercased() == "authorization" && $0.value.contains("\(id)/") })
  }
}
