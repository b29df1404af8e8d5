internal import FoundationEssentials
internal import SigV4

/// A profile of the shared files `~/.aws/config` and `~/.aws/credentials` ("AWS SDKs and Tools Reference Guide", "Shared
/// config and credentials files"), read anew each time.
struct ProfileSource: AWSCredentialSource {
  /// How many profiles may stand behind each other.
  private static let longestChain = 5
  /// Why a profile by which people sign in is none for a service.
  private static let signInRefusal =
    "has a person sign in by a browser, which a service can't: use a role, a web identity or a credential_process"

  private let profile: String
  private let isNamed: Bool
  private let configPath: String
  private let credentialsPath: String
  private let exchange: AWSTokenExchange
  private let process: CredentialProcess
  /// What `credential_source` may name.
  private let sources: [String: any AWSCredentialSource]

  init(_ environment: CloudEnvironment, exchange: AWSTokenExchange) {
    let home = URL.homeDirectory.appending(path: ".aws")
    profile = environment.variable("AWS_PROFILE") ?? "default"
    isNamed = environment.variable("AWS_PROFILE") != nil
    configPath = environment.variable("AWS_CONFIG_FILE") ?? home.appending(path: "config").path()
    credentialsPath =
      environment.variable("AWS_SHARED_CREDENTIALS_FILE") ?? home.appending(path: "credentials").path()
    self.exchange = exchange
    process = CredentialProcess(clock: environment.clock)
    sources = [
      "Environment": EnvironmentCredentials(variable: environment.variable),
      "Ec2InstanceMetadata": InstanceSource(environment), "EcsContainer": ContainerSource(environment),
    ]
  }

  var kind: String { "a shared profile" }

  var name: String { "the profile \(profile) in \(configPath) and \(credentialsPath)" }

  func credentials() async throws(AWSSourceFailure) -> SourcedCredentials {
    let profiles = AWSProfiles(configPath: configPath, credentialsPath: credentialsPath)
    guard !profiles.isEmpty else { throw isNamed ? .failed("there are no such files") : .absent("no such files") }
    guard profiles[profile] != nil else {
      throw isNamed ? .failed("there is no such profile") : .absent("no such profile")
    }
    return try await credentials(of: profile, in: profiles, behind: [])
  }

  private func credentials(
    of name: String, in profiles: AWSProfiles, behind others: [String]
  ) async throws(AWSSourceFailure) -> SourcedCredentials {
    guard let profile = profiles[name] else { throw .failed("there is no profile \(name.presentable)") }
    let isLoop = others.contains(name) && others.last != name
    guard !isLoop, others.count < Self.longestChain else { throw .failed("its source_profile goes round in circles") }
    // A profile may be its own source: then its keys assume its role.
    if let roleARN = profile["role_arn"], others.last != name {
      if let path = profile["web_identity_token_file"] {
        return try await WebIdentitySource(
          path: path, roleARN: roleARN, sessionName: profile["role_session_name"], exchange: exchange
        ).credentials()
      }
      return try await exchange.assume(
        roleARN, sessionName: profile["role_session_name"], externalID: profile["external_id"],
        by: sourceCredentials(of: profile, name, in: profiles, behind: others).credentials)
    }
    if let id = profile["aws_access_key_id"], let secret = profile["aws_secret_access_key"] {
      return try SourcedCredentials(id: id, secret: secret, token: profile["aws_session_token"], expiration: nil)
    }
    if let command = profile["credential_process"] { return try await process.credentials(of: command) }
    for member in ["sso_session", "sso_start_url"] where profile[member] != nil {
      throw .failed("its \(member) \(Self.signInRefusal)")
    }
    throw others.isEmpty && !isNamed ? .absent("the profile has no credentials") : .failed("it has no credentials")
  }

  /// What a profile's role is assumed by: another profile, or a source that is no profile.
  private func sourceCredentials(
    of profile: [String: String], _ name: String, in profiles: AWSProfiles, behind others: [String]
  ) async throws(AWSSourceFailure) -> SourcedCredentials {
    switch (profile["source_profile"], profile["credential_source"]) {
    case (let source?, nil): return try await credentials(of: source, in: profiles, behind: others + [name])
    case (nil, let named?):
      guard let source = sources[named] else {
        throw .failed("its credential_source is none of \(sources.keys.sorted().joined(separator: ", "))")
      }
      do throws(AWSSourceFailure) { return try await source.credentials() } catch {
        throw .failed("its credential_source \(named), \(source.name): \(error.why)")
      }
    case (.some, .some): throw .failed("its role_arn has both source_profile and credential_source")
    case (nil, nil):
      throw .failed("its role_arn has neither source_profile, credential_source nor web_identity_token_file")
    }
  }
}
