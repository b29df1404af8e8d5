public import Cryptography
public import HTTPClient
internal import SigV4

/// What the platform brings along to use customers' keys in AWS.
public struct AWSPlatform: Sendable {
  let transport: any HTTPTransport
  let credentials: any AWSCredentialProvider
  let endpoint: String?
  let clock: KMSClock

  /// The region whose STS is asked where none is named.
  public static let defaultRegion = "us-east-1"
  /// Where an instance finds its metadata service.
  public static let metadataOrigin = "http://169.254.169.254"

  /// Creates a platform.
  /// - Parameters:
  ///   - transport: sends the requests; an `HTTPClient`.
  ///   - credentials: the platform's own identity, which customers' roles trust.
  ///   - endpoint: an origin to use instead of AWS's regional endpoints, such as `http://127.0.0.1:4567`
  ///     (`AWS_ENDPOINT_URL`). Default: AWS's.
  ///   - clock: dates the signatures. Default: the machine's.
  public init(
    transport: any HTTPTransport, credentials: any AWSCredentialProvider, endpoint: String? = nil,
    clock: KMSClock = .system
  ) {
    self.transport = transport
    self.credentials = credentials
    self.endpoint = endpoint.map { $0.hasSuffix("/") ? String($0.dropLast()) : $0 }
    self.clock = clock
  }
}

extension KMSProvider {
  /// Amazon Web Services.
  public static let aws = KMSProvider(rawValue: "aws")
}

extension AWSPlatform: CloudPlatform {
  /// Amazon Web Services.
  public static let provider = KMSProvider.aws

  /// Another endpoint, and an identity as the AWS SDKs find it.
  public static let variables = [
    CloudVariable(
      "AWS_ENDPOINT_URL", "stands in for every AWS endpoint, for tests; plain http:// is accepted only here",
      kind: .origin),
    CloudVariable(
      "AWS_REGION", "the region whose STS is asked for the platform's own identity", default: Self.defaultRegion),
    CloudVariable("AWS_ACCESS_KEY_ID", "the platform's own AWS identity, which customers' roles trust"),
    CloudVariable("AWS_SECRET_ACCESS_KEY", "its secret", kind: .secret),
    CloudVariable("AWS_SESSION_TOKEN", "its session token, if it has one", kind: .secret),
    CloudVariable(
      "AWS_WEB_IDENTITY_TOKEN_FILE", "or: the path of a token that AWS_ROLE_ARN trusts, as EKS mounts one",
      kind: .secret),
    CloudVariable("AWS_ROLE_ARN", "the role that such a token is exchanged for"),
    CloudVariable("AWS_ROLE_SESSION_NAME", "how CloudTrail names the session; tenant-kms unless told"),
    CloudVariable("AWS_PROFILE", "or: a profile of the two files that follow; default unless told"),
    CloudVariable("AWS_CONFIG_FILE", "~/.aws/config unless told"),
    CloudVariable("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials unless told"),
    CloudVariable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "or: where ECS gives a task its credentials"),
    CloudVariable(
      "AWS_CONTAINER_CREDENTIALS_FULL_URI", "or: where EKS, or whoever else, gives a container its credentials",
      kind: .plaintextURL),
    CloudVariable("AWS_CONTAINER_AUTHORIZATION_TOKEN", "a token to present there", kind: .secret),
    CloudVariable(
      "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "or the path of one, which is read at each use", kind: .secret),
    CloudVariable(
      "AWS_EC2_METADATA_SERVICE_ENDPOINT", "or: the instance metadata service, asked last, in its version 2",
      kind: .plaintextURL, default: Self.metadataOrigin),
    CloudVariable("AWS_EC2_METADATA_DISABLED", "true where it must not be asked"),
  ]

  /// ECS gives credentials over plain HTTP, at an address that no other network has.
  public static let plaintextHosts = [ContainerSource.host]

  /// Signs with what ``AWSCredentialChain`` finds.
  public init(_ environment: CloudEnvironment) {
    self.init(
      transport: environment.transport, credentials: AWSCredentialChain(environment),
      endpoint: environment.variable("AWS_ENDPOINT_URL"), clock: environment.clock)
  }

  /// Looks for credentials, and names the access key id that the platform signs with.
  public func identity(for use: KeyUse) async throws(KMSFailure) -> String {
    "signing as \(try await credentials.credentials(refreshing: false).accessKeyID)"
  }

  /// Assumes the tenant's role: one request to STS, in the key's region.
  public func open(
    _ configuration: AWSKeyConfiguration, for use: KeyUse
  ) async throws(KMSFailure) -> any KeyEncryptionKey {
    try await AWSKey(assuming: configuration, through: AWSCaller(configuration, platform: self, use: use))
  }

  /// Signs with the platform's own credentials, in the key's region; STS is not asked.
  public func openOwn(_ key: AWSKeyName, for use: KeyUse) -> any KeyEncryptionKey {
    AWSKey(key, through: AWSCaller(self, region: key.arn.region, partition: key.partition, use: use))
  }

  /// The role must refuse whoever doesn't present its external ID.
  public func safeguards(
    of configuration: AWSKeyConfiguration, for use: KeyUse, random: RandomSource
  ) -> [Safeguard] {
    let caller = AWSCaller(configuration, platform: self, use: use)
    return [.externalID(ExternalIDProbe(roleARN: configuration.roleARN, caller: caller, random: random))]
  }
}
