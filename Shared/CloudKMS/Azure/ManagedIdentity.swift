internal import HTTPClient

/// The identity of the machine that this runs on, by its instance metadata service (Entra ID, "How to use managed
/// identities on an Azure VM to acquire an access token").
struct ManagedIdentity: Sendable {
  /// The longest that it may take: elsewhere than on Azure its address answers nothing, or never.
  static let patience = Duration.seconds(3)
  /// How long before its expiry a token is replaced, in seconds; the service itself keeps one for hours.
  private static let margin = 300.0

  let host: String
  /// Which of the machine's identities; nil where it has one.
  let clientID: String?
  /// One for each resource that is asked for; Azure gives the same token for hours anyway.
  private let caches: [String: CredentialCache<AccessToken>]

  init(host: String, clientID: String?) {
    self.host = host
    self.clientID = clientID
    let resources = AzureCloud.all.flatMap { $0.resources }
    caches = Dictionary(uniqueKeysWithValues: resources.map { ($0, CredentialCache(margin: Self.margin)) })
  }

  /// A token for a resource.
  /// - Throws: `.noCredentials` where there is no such service, or no such identity.
  func token(
    for resource: String, refreshing: Bool, through caller: AzureCaller
  ) async throws(KMSFailure) -> AccessToken {
    guard let cache = caches[resource] else { preconditionFailure("no resource of Azure's") }
    let now = caller.platform.clock.now()
    return try await cache.credential(refreshing: refreshing, at: now) { () throws(KMSFailure) in
      var url =
        "http://\(host)/metadata/identity/oauth2/token?api-version=2018-02-01"
        + "&resource=\(resource.percentEncoded)"
      if let clientID { url += "&client_id=\(clientID.percentEncoded)" }
      let response = try await answer(to: url, through: caller)
      return try AzureAnswer(response, from: .metadata, stage: .credentials).token(at: now)
    }
  }

  private func answer(to url: String, through caller: AzureCaller) async throws(KMSFailure) -> HTTPResponse {
    let timeout = try caller.use.timeout(
      at: caller.platform.clock.now(), for: AzureService.metadata, stage: .credentials, atMost: Self.patience)
    let request = HTTPRequest(method: "GET", url: url, headers: [HTTPHeader("Metadata", "true")], timeout: timeout)
    let response: HTTPResponse
    do throws(HTTPClientError) { response = try await caller.platform.transport.send(request) } catch {
      guard !Task.isCancelled else { throw KMSFailure(error, from: AzureService.metadata, stage: .credentials) }
      // That nobody is there can't be told from a service that is down for a moment, which is why this doesn't seal.
      throw .noAzureIdentity(tried("it could not be asked, \(error.code)"))
    }
    switch response.status {
    case 400: throw .noAzureIdentity(tried("it knows no such identity"))
    // Other clouds have theirs at the same address.
    case 401, 403, 404, 405: throw .noAzureIdentity(tried("it answered as another server"))
    default: return response
    }
  }

  private func tried(_ why: String) -> TriedSource {
    TriedSource(
      kind: "the machine's managed identity", name: "the instance metadata service at \(host)", why: why)
  }
}

extension KMSFailure {
  fileprivate static func noAzureIdentity(_ machine: TriedSource) -> KMSFailure {
    let token = TriedSource(
      kind: "a federated token", name: "the variable AZURE_FEDERATED_TOKEN_FILE", why: "not set")
    return .noIdentity(
      "no identity of its own in Azure", tried: [token, machine],
      or: ", or the secret of an application has to be named in client_secret_env_var")
  }
}
