public import HTTPClient

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
