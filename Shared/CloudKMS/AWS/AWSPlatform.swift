public import Cryptography
public import HTTPClient
internal import SigV4

/// What the platform brings along to use customers' keys in AWS.
public struct AWSPlatform: Sendable {
  let transport: any HTTPTransport
  let credentials: any AWSCredentialProvider
  let endpoint: String?
  let clock: KMSClock

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

  /// Another endpoint, and an identity as the AWS SDKs' variables give it.
  public static let variables = [
    CloudVariable(
      "AWS_ENDPOINT_URL", "stands in for every AWS endpoint, for tests; plain http:// is accepted only here",
      kind: .origin),
    CloudVariable("AWS_ACCESS_KEY_ID", "the platform's own AWS identity, which customers' roles trust"),
    CloudVariable("AWS_SECRET_ACCESS_KEY", "its secret", kind: .secret),
    CloudVariable("AWS_SESSION_TOKEN", "its session token, if it has one", kind: .secret),
  ]

  /// Signs with ``EnvironmentCredentials``.
  public init(_ environment: CloudEnvironment) {
    self.init(
      transport: environment.transport, credentials: EnvironmentCredentials(variable: environment.variable),
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
    try await RoleSession(assuming: configuration, through: AWSCaller(configuration, platform: self, use: use))
  }

  /// The role must refuse whoever doesn't present its external ID.
  public func safeguards(
    of configuration: AWSKeyConfiguration, for use: KeyUse, random: RandomSource
  ) -> [Safeguard] {
    let caller = AWSCaller(configuration, platform: self, use: use)
    return [.externalID(ExternalIDProbe(roleARN: configuration.roleARN, caller: caller, random: random))]
  }
}
