internal import FoundationEssentials
internal import HTTPClient
internal import SigV4

/// Has STS exchange an identity for that of a role.
struct AWSTokenExchange: Sendable {
  /// How long the credentials live, in seconds: what roles allow unless they say otherwise.
  private static let duration = 3600

  private let platform: AWSPlatform
  private let region: String

  /// - Parameter environment: its `AWS_REGION` says whose STS is asked.
  init(_ environment: CloudEnvironment) {
    region = environment.variable("AWS_REGION") ?? AWSPlatform.defaultRegion
    platform = AWSPlatform(
      transport: environment.transport, credentials: EnvironmentCredentials(variable: environment.variable),
      endpoint: environment.variable("AWS_ENDPOINT_URL"), clock: environment.clock)
  }

  /// STS `AssumeRoleWithWebIdentity`, which needs no signature: the token is the proof.
  func assume(
    _ roleARN: String, sessionName: String?, webIdentity token: String
  ) async throws(AWSSourceFailure) -> SourcedCredentials {
    try await send(
      "AssumeRoleWithWebIdentity", roleARN, sessionName, [("WebIdentityToken", token)], signedBy: nil)
  }

  /// STS `AssumeRole` by other credentials.
  func assume(
    _ roleARN: String, sessionName: String?, externalID: String?, by credentials: AWSCredentials
  ) async throws(AWSSourceFailure) -> SourcedCredentials {
    try await send(
      "AssumeRole", roleARN, sessionName, externalID.map { [("ExternalId", $0)] } ?? [], signedBy: credentials)
  }

  private func send(
    _ action: String, _ roleARN: String, _ sessionName: String?, _ others: [(name: String, value: String)],
    signedBy credentials: AWSCredentials?
  ) async throws(AWSSourceFailure) -> SourcedCredentials {
    let form = [
      ("Action", action), ("Version", "2011-06-15"), ("RoleArn", roleARN),
      ("RoleSessionName", sessionName ?? "tenant-kms"), ("DurationSeconds", String(Self.duration)),
    ]
    guard let partition = AWSPartition.all.first(where: { $0.owns(region: region) }) else {
      throw .failed("AWS_REGION names no region of AWS")
    }
    let caller = AWSCaller(platform, region: region, partition: partition, use: KeyUse(tenantID: UUID()))
    let type = HeaderField(name: "Content-Type", value: "application/x-www-form-urlencoded; charset=utf-8")
    let leaves: XMLLeaves
    do throws(KMSFailure) {
      let response = try await caller.post(
        Array(form: form + others), to: .sts, headers: [type], credentials: credentials, stage: .credentials)
      leaves = try XMLLeaves(answer: response, stage: .credentials)
    } catch {
      throw .failed("STS refused it or could not be asked, \(error.providerCode ?? error.reason.rawValue)")
    }
    let path = "\(action)Response/\(action)Result/Credentials/"
    guard let id = leaves.text(path + "AccessKeyId"), let secret = leaves.text(path + "SecretAccessKey"),
      let token = leaves.text(path + "SessionToken"), let expiration = leaves.text(path + "Expiration")
    else { throw .failed("STS answered without credentials") }
    return try SourcedCredentials(id: id, secret: secret, token: token, expiration: expiration)
  }
}
