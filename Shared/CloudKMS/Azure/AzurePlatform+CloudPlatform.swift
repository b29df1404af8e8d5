extension KMSProvider {
  /// Microsoft Azure.
  public static let azure = KMSProvider(rawValue: "azure")
}

extension AzurePlatform: CloudPlatform {
  /// Microsoft Azure.
  public static let provider = KMSProvider.azure

  /// Another endpoint, and an identity as Microsoft's client libraries find it.
  public static let variables = [
    CloudVariable(
      "AZURE_ENDPOINT_URL", "stands in for every Azure endpoint, for tests; plain http:// is accepted only here",
      kind: .origin),
    CloudVariable(
      "AZURE_FEDERATED_TOKEN_FILE",
      "the path of a token that proves who the platform is; the machine's managed identity is used if absent",
      kind: .secret),
    CloudVariable(
      "AZURE_CLIENT_ID", "as which application that token signs in, or which of the machine's identities is meant"),
    CloudVariable(
      "AZURE_METADATA_HOST", "the instance metadata service, as HOST or HOST:PORT", kind: .plaintextHost,
      default: AzurePlatform.metadataHost),
  ]

  /// Applications' secrets are in variables of such names, looked up when they are used.
  public static let secretPrefix: String? = AzureApplication.secretPrefix

  /// Stands as the operator's variables say.
  public init(_ environment: CloudEnvironment) {
    self.init(
      transport: environment.transport, federatedTokenFile: environment.variable("AZURE_FEDERATED_TOKEN_FILE"),
      clientID: environment.variable("AZURE_CLIENT_ID"),
      metadataHost: environment.variable("AZURE_METADATA_HOST") ?? Self.metadataHost,
      endpoint: environment.variable("AZURE_ENDPOINT_URL"), clock: environment.clock,
      secretVariable: environment.variable)
  }

  /// Finds the token of the operator's, or the machine's identity.
  public func identity(for use: KeyUse) async throws(KMSFailure) -> String {
    try await identity(forTokensOf: AzureCloud.all[0].vaultResource, for: use)
  }

  /// Finds what the platform will sign in with.
  public func identity(
    towards configuration: AzureKeyConfiguration, for use: KeyUse
  ) async throws(KMSFailure) -> String {
    if let variable = configuration.application?.secretVariable {
      _ = try secret(in: variable)
      return "signing in with the secret in \(variable)"
    }
    let vault = configuration.keyName.vault
    return try await identity(
      forTokensOf: configuration.application == nil ? vault.resource : vault.cloud.exchangeAudience, for: use)
  }

  private func identity(forTokensOf resource: String, for use: KeyUse) async throws(KMSFailure) -> String {
    if let federatedToken {
      _ = try federatedToken.text()
      return "signing in with the token in AZURE_FEDERATED_TOKEN_FILE"
    }
    _ = try await managedIdentity.token(
      for: resource, refreshing: false, through: AzureCaller(platform: self, use: use))
    return "signing in with the machine's managed identity"
  }

  /// Asks the vault for its directory, and signs in there.
  public func open(
    _ configuration: AzureKeyConfiguration, for use: KeyUse
  ) async throws(KMSFailure) -> any KeyEncryptionKey {
    let caller = AzureCaller(platform: self, use: use)
    let directoryID = try await VaultChallenge(of: configuration.keyName, through: caller).directoryID
    guard configuration.directoryID.map({ $0.lowercased() == directoryID }) ?? true else { throw .otherDirectory }
    return try await VaultKey(
      configuration.keyName, in: directoryID, as: configuration.application, through: caller)
  }

  /// Asks the vault for its directory, and signs in there as the platform itself.
  public func openOwn(_ key: AzureKeyName, for use: KeyUse) async throws(KMSFailure) -> any KeyEncryptionKey {
    let caller = AzureCaller(platform: self, use: use)
    let directoryID = try await VaultChallenge(of: key, through: caller).directoryID
    return try await VaultKey(key, in: directoryID, as: nil, through: caller)
  }
}
