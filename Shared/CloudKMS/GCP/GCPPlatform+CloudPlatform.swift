extension KMSProvider {
  /// Google Cloud.
  public static let gcp = KMSProvider(rawValue: "gcp")
}

extension GCPPlatform: CloudPlatform {
  /// Google Cloud.
  public static let provider = KMSProvider.gcp

  /// Another endpoint, and an identity as Google's client libraries find it.
  public static let variables = [
    CloudVariable(
      "GCP_ENDPOINT_URL", "stands in for every Google Cloud endpoint, for tests; plain http:// is accepted only here",
      kind: .origin),
    CloudVariable(
      "GOOGLE_APPLICATION_CREDENTIALS",
      "the path of the platform's own service account key, or of a credential configuration of workload identity "
        + "federation; the metadata server is asked if absent"),
    CloudVariable(
      "GCP_IDENTITY_HOST",
      "a host, as HOST or HOST:PORT, that such a configuration may have asked over plain http://, as the metadata services "
        + "may be", kind: .plaintextHost),
    CloudVariable(
      "GCE_METADATA_HOST", "the metadata server, as HOST or HOST:PORT", kind: .plaintextHost,
      default: GCPPlatform.metadataHost),
  ]

  /// Stands as a service account, of a file's or the machine's, or as a workload elsewhere.
  public init(_ environment: CloudEnvironment) {
    self.init(
      transport: environment.transport, credentialsFile: environment.variable("GOOGLE_APPLICATION_CREDENTIALS"),
      metadataHost: environment.variable("GCE_METADATA_HOST") ?? Self.metadataHost,
      endpoint: environment.variable("GCP_ENDPOINT_URL"),
      plaintextHosts: Clouds.plaintextHosts(environment.variable),
      aws: (AWSCredentialChain(environment), environment.variable("AWS_REGION") ?? AWSPlatform.defaultRegion),
      clock: environment.clock)
  }

  /// Gets a token of the platform's own, unless a good one is at hand.
  public func identity(for use: KeyUse) async throws(KMSFailure) -> String {
    _ = try await token(refreshing: false, through: GCPCaller(platform: self, use: use))
    return "signed in to Google Cloud as the platform"
  }

  /// Impersonates the tenant's service account; with a fresh token of our own, once more, where ours isn't accepted.
  public func open(
    _ configuration: GCPKeyConfiguration, for use: KeyUse
  ) async throws(KMSFailure) -> any KeyEncryptionKey {
    let caller = GCPCaller(platform: self, use: use)
    return try await caller.withPlatformToken { token throws(KMSFailure) in
      try await GCPKey(of: configuration, by: token, through: caller)
    }
  }

  /// Uses the key with a token of the platform's own; nobody is impersonated.
  public func openOwn(_ key: GCPKeyName, for use: KeyUse) -> any KeyEncryptionKey {
    GCPKey(key, through: GCPCaller(platform: self, use: use))
  }
}
