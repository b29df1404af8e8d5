public import HTTPClient

/// What the platform brings along to use customers' keys in Azure.
public struct AzurePlatform: Sendable {
  let transport: any HTTPTransport
  let endpoint: String?
  let clock: KMSClock
  let federatedToken: FederatedToken?
  let managedIdentity: ManagedIdentity
  /// As which application the federated token signs in, where the tenant names none.
  let clientID: String?
  private let secretVariable: @Sendable (String) -> String?

  /// Where a machine of Azure's finds its instance metadata service.
  public static let metadataHost = "169.254.169.254"

  /// Creates a platform.
  /// - Parameters:
  ///   - transport: sends the requests; an `HTTPClient`.
  ///   - federatedTokenFile: the path of a token that proves who the platform is (`AZURE_FEDERATED_TOKEN_FILE`); nil where
  ///     the machine's managed identity does. Default: nil.
  ///   - clientID: as which application the token signs in, or which of the machine's identities is meant
  ///     (`AZURE_CLIENT_ID`). Default: none.
  ///   - metadataHost: whom to ask for the machine's identity, as `HOST` or `HOST:PORT`.
  ///   - endpoint: an origin to use instead of all of Microsoft's hosts, such as `http://127.0.0.1:4569`
  ///     (`AZURE_ENDPOINT_URL`). Default: Microsoft's.
  ///   - clock: says when tokens expire. Default: the machine's.
  ///   - secretVariable: looks a variable up that holds an application's secret; nil where it is not set.
  public init(
    transport: any HTTPTransport, federatedTokenFile: String? = nil, clientID: String? = nil,
    metadataHost: String = Self.metadataHost, endpoint: String? = nil, clock: KMSClock = .system,
    secretVariable: @escaping @Sendable (String) -> String?
  ) {
    self.transport = transport
    self.endpoint = endpoint.map { $0.hasSuffix("/") ? String($0.dropLast()) : $0 }
    self.clock = clock
    federatedToken = federatedTokenFile.map { FederatedToken(path: $0) }
    managedIdentity = ManagedIdentity(host: metadataHost, clientID: clientID)
    self.clientID = clientID
    self.secretVariable = secretVariable
  }

  /// The secret of an application, looked up now.
  /// - Throws: `.noCredentials` where the variable is not set.
  func secret(in variable: String) throws(KMSFailure) -> String {
    guard AzureApplication.maySecretBe(in: variable), let secret = secretVariable(variable), !secret.isEmpty else {
      throw KMSFailure(
        reason: .noCredentials, stage: .credentials, isPermanent: true, seal: .untilTTL,
        hint: "The platform has no secret for the application. Tried, in order: the variable \(variable), which is not "
          + "set. The operator of the service has to set it, to a secret made for client_id.")
    }
    return secret
  }
}
