internal import FoundationEssentials
public import HTTPClient

/// What the platform brings along to use customers' keys in Google Cloud.
public struct GCPPlatform: Sendable {
  /// The one scope asked for: what a principal may do is for IAM to say.
  static let scope = "https://www.googleapis.com/auth/cloud-platform"

  let transport: any HTTPTransport
  let endpoint: String?
  let clock: KMSClock
  let sources: [any GCPTokenSource]
  /// Google's libraries replace a token so long before it expires, a little later than the metadata server has a new one.
  private let cache = CredentialCache<AccessToken>(margin: 225)

  /// Creates a platform.
  /// - Parameters:
  ///   - transport: sends the requests; an `HTTPClient`.
  ///   - credentialsFile: the path of the platform's own service account key, or of the credential configuration by which
  ///     it is let in as a workload elsewhere (`GOOGLE_APPLICATION_CREDENTIALS`); nil where the machine's own service
  ///     account is to be used.
  ///   - metadataHost: whom to ask for that, as `HOST` or `HOST:PORT`.
  ///   - endpoint: an origin to use instead of Google's, such as `http://127.0.0.1:4568` (`GCP_ENDPOINT_URL`). Default:
  ///     Google's.
  ///   - plaintextHosts: the hosts, as `HOST` or `HOST:PORT`, that such a configuration may have asked over plain `http://`.
  ///     Default: none.
  ///   - aws: the platform's AWS identity, for a configuration that says to prove that, and the region whose STS it is
  ///     proven by. Default: none.
  ///   - clock: dates the assertions. Default: the machine's.
  public init(
    transport: any HTTPTransport, credentialsFile: String?, metadataHost: String = Self.metadataHost,
    endpoint: String? = nil, plaintextHosts: [String] = [],
    aws: (credentials: any AWSCredentialProvider, region: String)? = nil, clock: KMSClock = .system
  ) {
    self.transport = transport
    self.endpoint = endpoint.map { $0.hasSuffix("/") ? String($0.dropLast()) : $0 }
    self.clock = clock
    sources = [
      CredentialsFile(path: credentialsFile, supplier: SubjectTokenSupplier(plaintextHosts: plaintextHosts, aws: aws)),
      MetadataServer(host: metadataHost),
    ]
  }

  /// Where a machine of Google's finds its metadata server.
  public static let metadataHost = "metadata.google.internal"

  /// A token of the platform's own, kept until shortly before it expires: what it opens is only the way to customers'
  /// service accounts, and those are asked every time.
  func token(refreshing: Bool, through caller: GCPCaller) async throws(KMSFailure) -> AccessToken {
    try await cache.credential(refreshing: refreshing, at: clock.now()) { () throws(KMSFailure) in
      for source in sources {
        if let token = try await source.token(through: caller) { return token }
      }
      throw .noGoogleCredentials(sources.map(\.absence))
    }
  }
}

extension KMSFailure {
  static func noGoogleCredentials(_ tried: [TriedSource]) -> KMSFailure {
    .noIdentity("no Google Cloud credentials of its own", tried: tried)
  }
}
